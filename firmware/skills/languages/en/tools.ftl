# Tools of others, by the Model Context Protocol.

tools-confirm = Should I use { $name }?
tools-unreachable = I can't reach the server of { $name }.
tools-changed = { $name } isn't what it was, so I didn't use it.
tools-late = { $name } took too long, so I don't know whether it worked.
tools-lost = The server of { $name } broke off, so I don't know whether it worked.
tools-failed = { $name } failed.
