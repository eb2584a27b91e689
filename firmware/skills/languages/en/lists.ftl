# Lists.

# The words between two items, and at their ends.
item-separators = and plus also
# Words before an item that do not belong to it.
item-articles = a an the some my
list-shopping = shopping list
list-todo = to-do list
list-other = { $name } list

list-added = I've put { $items } on the { $list }.
list-has = You have { $items } on the { $list }.
list-has-not = You don't have { $items } on the { $list }.
list-removed = I've taken { $items } off the { $list }.
list-what = What should I put on the { $list }?
list-full = The list is full.
list-read = { $n ->
    [0] The { $list } is empty.
    [one] There is one thing on the { $list }: { $items }.
   *[other] There are { $n } things on the { $list }: { $items }.
}
list-clear = { $n ->
    [0] The { $list } is empty.
    [one] There is one thing on the { $list }. Should I clear it?
   *[other] There are { $n } things on the { $list }. Should I clear it?
}
list-cleared = The { $list } is empty now.
list-names = { $n ->
    [0] There are no lists.
    [one] There is one list: the { $lists }.
   *[other] There are { $n } lists: the { $lists }.
}

help-lists = keep your lists
# What a language model may write, so that it knows the form.
orders-lists = add THING to the shopping list; add TASK to the to-do list; remove THING from the shopping list; what's on the shopping list; what's on the to-do list; is THING on the shopping list; clear the shopping list
