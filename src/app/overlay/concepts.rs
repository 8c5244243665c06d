//! How the program thinks, in a few sentences each: the last page of help.

/// Titles and texts.
pub const CONCEPTS: &[(&str, &str)] = &[
    (
        "Nothing is sent by a letter",
        "What you edit is staged: it is marked ~ and waits. The review shows every change, and only a key that \
         answers its question sends. Undo takes the last staged edit back.",
    ),
    (
        "Read-only",
        "RO in row 1 means that nothing can be sent. Production starts so; `:rw` unlocks it for 15 minutes and asks \
         for the environment's alias. `--read-only` holds for the whole session.",
    ),
    (
        "Held rows and all rows",
        "A list holds the rows that were read so far. `/` looks through those while you type, and says how many there \
         are; Enter asks the server for all of them. More is read as you move down.",
    ),
    (
        "A conflict is never overwritten",
        "A save goes through only if the row is as you read it. Otherwise both versions are shown, and you choose.",
    ),
    ("No value", "`-` is no value; `#` may be a value that you are not allowed to see."),
    (
        "Going somewhere",
        "The palette takes the name of a table or of a command, `@environment`, `#1213` for a ticket number, an id, \
         the address of a record, and `table column=value` for a key. `find TEXT` looks \
         through the usual tables; `watch 30` reads a view again as often as that. What you paste is offered in the same way.",
    ),
    (
        "Prefix keys",
        "A prefix such as `g` opens a menu at once and waits for as long as you like. Esc and Backspace close it. \
         `y` copies by a letter, and `P` prints the same letter's text plainly, for when no clipboard answers.",
    ),
    (
        "Keys of your own",
        "`keys.toml` in the folder of settings: under `[keys]` a line such as \"row.open\" = [\"Enter\", \"o\"] gives a \
         command all its keys, and an empty list takes them away. Here and in the hints stands what is in effect.",
    ),
];
