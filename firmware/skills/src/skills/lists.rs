//! Lists: shopping, to do, or any other name.

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::Texts;
use crate::overview::{Edit, List, Overview};
use crate::plan::{Claim, Command, Said, Scene, Slots};
use crate::skill::Skill;

/// The most lists, and the most items of one.
const MOST: usize = 500;

/// The most words of an item in a sentence that does not say "list".
const SHORT: usize = 2;

/// The list without a name.
const SHOPPING: &str = "shopping";

/// The skill.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lists {
    lists: Vec<List>,
}

/// What is done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Puts items on a list, which is made if there is none of that name.
    Add(List),
    /// Takes items off a list.
    Remove(List),
    /// Empties a list.
    Clear(String),
}

impl Lists {
    fn list(&self, name: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// The items of a list.
    fn items(&self, name: &str) -> &[String] {
        self.list(name).map_or(&[], |list| &list.items)
    }

    /// The item of a list that is called so, whatever its case and its article.
    fn item(&self, list: &str, item: &str) -> Option<&String> {
        let item = item.to_lowercase();
        let same = |known: &&String| {
            let known = known.to_lowercase();
            known == item || forms(&known, &item)
        };
        self.items(list).iter().find(same)
    }

    fn add(&self, command: &Command, list: String, scene: &Scene<'_>) -> Claim<Action> {
        let texts = scene.texts;
        let Some(said) = command.text("item") else {
            let question = texts.get("list-what", [("list", shown(&list, scene).into())]);
            return Claim::Missing { question, slot: "item".to_owned() };
        };
        let said = items(said, texts);
        if said.is_empty() {
            return Claim::Say(texts.get("list-what", [("list", shown(&list, scene).into())]));
        }
        let new = said.iter().filter(|item| self.item(&list, item).is_none());
        let new: Vec<String> = new.cloned().collect();
        let known = new.is_empty();
        let (id, named) = if known { ("list-has", said) } else { ("list-added", new.clone()) };
        let say = about(id, &named, &list, scene);
        let full = self.items(&list).len() + new.len() > MOST;
        let many = self.list(&list).is_none() && self.lists.len() >= MOST;
        match known || full || many {
            true if !known => Claim::Say(texts.get("list-full", [])),
            true => Claim::Say(say),
            false => {
                Claim::Do { action: Action::Add(List { name: list, items: new }), say: Some(say) }
            }
        }
    }

    fn remove(&self, command: &Command, list: String, scene: &Scene<'_>) -> Option<Claim<Action>> {
        let texts = scene.texts;
        let said = items(command.text("item")?, texts);
        let found: Vec<String> =
            said.iter().filter_map(|item| self.item(&list, item)).cloned().collect();
        let named = if found.is_empty() { &said } else { &found };
        let id = if found.is_empty() { "list-has-not" } else { "list-removed" };
        let say = about(id, named, &list, scene);
        if found.is_empty() {
            // What is on no list may be something else altogether.
            return (!command.slots.contains_key("short")).then_some(Claim::Say(say));
        }
        let action = Action::Remove(List { name: list, items: found });
        Some(Claim::Do { action, say: Some(say) })
    }

    fn read(&self, list: &str, scene: &Scene<'_>) -> Claim<Action> {
        Claim::Say(about("list-read", self.items(list), list, scene))
    }

    fn holds(&self, command: &Command, list: &str, scene: &Scene<'_>) -> Option<Claim<Action>> {
        let said = items(command.text("item")?, scene.texts).join(" ");
        let id = if self.item(list, &said).is_some() { "list-has" } else { "list-has-not" };
        Some(Claim::Say(about(id, &[said], list, scene)))
    }

    fn clear(&self, list: String, scene: &Scene<'_>) -> Claim<Action> {
        let n = i64::try_from(self.items(&list).len()).unwrap_or(0);
        let values = [("n", n.into()), ("list", shown(&list, scene).into())];
        let question = scene.texts.get("list-clear", values);
        if n == 0 {
            return Claim::Say(question);
        }
        Claim::Confirm { question, action: Action::Clear(list) }
    }

    fn names(&self, scene: &Scene<'_>) -> Claim<Action> {
        let texts = scene.texts;
        let full = self.lists.iter().filter(|list| !list.items.is_empty());
        let names: Vec<String> = full.map(|list| shown(&list.name, scene)).collect();
        let n = i64::try_from(names.len()).unwrap_or(0);
        let lists = texts.and(&names).into();
        Claim::Say(texts.get("list-names", [("n", n.into()), ("lists", lists)]))
    }
}

/// Whether two words are forms of one: "egg", "eggs".
fn forms(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let ending = long.strip_prefix(short).map_or(usize::MAX, |ending| ending.chars().count());
    short.chars().count() > 2 && ending <= 2 && !long.contains(' ')
}

/// An answer about items of a list.
fn about(id: &str, items: &[String], list: &str, scene: &Scene<'_>) -> String {
    let n = i64::try_from(items.len()).unwrap_or(0);
    let (items, list) = (scene.texts.and(items), shown(list, scene));
    scene.texts.get(id, [("n", n.into()), ("items", items.into()), ("list", list.into())])
}

/// What a list is called.
fn shown(list: &str, scene: &Scene<'_>) -> String {
    let id = format!("list-{list}");
    match scene.texts.has(&id) {
        true => scene.texts.get(&id, []),
        false => scene.texts.get("list-other", [("name", list.to_owned().into())]),
    }
}

/// The items of "milk, eggs and bread".
fn items(said: &str, texts: &Texts) -> Vec<String> {
    let (separators, articles) = (texts.get("item-separators", []), texts.get("item-articles", []));
    split(said, &separators, &articles)
}

/// The items between commas and the words `separators`, without the words `articles` before them.
fn split(said: &str, separators: &str, articles: &str) -> Vec<String> {
    let is = |words: &str, word: &str| words.split(' ').any(|other| other == word);
    let mut items = vec![String::new()];
    for part in said.split(',') {
        for word in part.split_whitespace() {
            let lower = word.to_lowercase();
            let Some(item) = items.last_mut() else { break };
            if is(separators, &lower) {
                items.push(String::new());
            } else if !(item.is_empty() && is(articles, &lower)) {
                item.push_str(if item.is_empty() { "" } else { " " });
                item.push_str(word);
            }
        }
        items.push(String::new());
    }
    items.retain(|item| !item.is_empty());
    items
}

impl Skill for Lists {
    type Action = Action;
    const NAME: &'static str = "lists";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        let short = command.slots.contains_key("short");
        let long = |item: &String| item.split_whitespace().count() > SHORT;
        if short && items(command.text("item")?, scene.texts).iter().any(long) {
            return None;
        }
        let list = command.text("name").unwrap_or(SHOPPING).to_lowercase();
        match command.intent.as_str() {
            "HassShoppingListAddItem" | "HassListAddItem" => Some(self.add(command, list, scene)),
            "HassShoppingListCompleteItem" | "HassListCompleteItem" | "HassListRemoveItem" => {
                self.remove(command, list, scene)
            }
            "SaysoListRead" => Some(self.read(&list, scene)),
            "SaysoListHolds" => self.holds(command, &list, scene),
            "SaysoListClear" => Some(self.clear(list, scene)),
            "SaysoListNames" => Some(self.names(scene)),
            _ => None,
        }
    }

    /// A command that leaves open which list it means is about the last one.
    fn complete(&self, command: &Command, scene: &Scene<'_>) -> Option<Command> {
        command.slots.get("open")?;
        let name = scene.last_of(Self::NAME)?.slots.get("name")?.clone();
        Some(command.with(&Slots::from([("name".to_owned(), name)])))
    }

    fn act(&mut self, action: Action, scene: &Scene<'_>) -> Said {
        match action {
            Action::Add(List { name, items }) => {
                let undo = Action::Remove(List { name: name.clone(), items: items.clone() });
                match self.lists.iter_mut().find(|list| list.name == name) {
                    Some(list) => list.items.extend(items),
                    None => self.lists.push(List { name, items }),
                }
                Said::default().undone_by(&undo)
            }
            Action::Remove(removed) => {
                if let Some(list) = self.lists.iter_mut().find(|list| list.name == removed.name) {
                    list.items.retain(|item| !removed.items.contains(item));
                }
                Said::default().undone_by(&Action::Add(removed))
            }
            Action::Clear(name) => {
                let values = [("list", shown(&name, scene).into())];
                let said = Said::text(scene.texts.get("list-cleared", values));
                let (gone, kept) = self.lists.drain(..).partition(|list| list.name == name);
                self.lists = kept;
                let gone: Vec<List> = gone;
                match gone.into_iter().next() {
                    Some(list) => said.undone_by(&Action::Add(list)),
                    None => said,
                }
            }
        }
    }

    fn overview(&self, _: &Zoned, _: &Texts) -> Overview {
        let full = self.lists.iter().filter(|list| !list.items.is_empty());
        Overview { lists: full.cloned().collect(), ..Overview::default() }
    }

    fn edit(&mut self, edit: &Edit) -> bool {
        let Edit::List(edited) = edit else { return false };
        let place = self.lists.iter().position(|list| list.name == edited.name);
        if edited.items.is_empty() {
            return place.map(|place| self.lists.remove(place)).is_some();
        }
        if edited.name.is_empty() || edited.items.len() > MOST {
            return false;
        }
        match place {
            Some(place) => self.lists[place] = edited.clone(),
            None if self.lists.len() >= MOST => return false,
            None => self.lists.push(edited.clone()),
        }
        true
    }

    fn erase(&mut self) {
        *self = Self::default();
    }

    fn save(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    fn load(&mut self, saved: Value) -> serde_json::Result<()> {
        *self = serde_json::from_value(saved)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_split_at_commas_and_words() {
        let split = |said| split(said, "and plus", "a the");
        assert_eq!(split("milk"), ["milk"]);
        assert_eq!(split("milk, eggs and brown bread"), ["milk", "eggs", "brown bread"]);
        assert_eq!(split("the milk, eggs, and a loaf plus jam"), ["milk", "eggs", "loaf", "jam"]);
        assert_eq!(split("a cup for the tea"), ["cup for the tea"]);
        assert!(split(" , and the").is_empty());
    }

    #[test]
    fn forms_of_a_word_are_one() {
        assert!(forms("egg", "eggs") && forms("tomatoes", "tomato"));
        assert!(!forms("tea", "teapot") && !forms("milk", "milk chocolate") && !forms("a", "as"));
    }
}
