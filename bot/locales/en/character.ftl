### /character: pictures that are kept under a name.

character-description = Save pictures under a name and use the name in prompts
character-save-description = Save one to four pictures under a name; a name you have gets these instead
character-list-description = The characters you have saved
character-show-description = Look at a character's pictures
character-remove-description = Remove a character
option-character = One of your characters takes part; @Name in the prompt does the same
option-character-name = Letters, digits and underscores; up to 32
option-character-whom = Which of your characters
option-character-image = A picture that shows them well
option-character-more = Another picture of them

character-saved = { $count ->
    [one] 🎭 **{ $name }** is saved, with { $count } picture.
   *[other] 🎭 **{ $name }** is saved, with { $count } pictures.
}
character-saved-anew = { $count ->
    [one] 🎭 **{ $name }** now has { $count } picture; those from before are replaced.
   *[other] 🎭 **{ $name }** now has { $count } pictures; those from before are replaced.
}
character-how = Write `@` and the name in a prompt, or choose it as `character`, with `/imagine` or `/edit`. Several can take part.
character-none = 🎭 You have no characters yet. `/character save` makes one from a name and one to four pictures.
character-list = 🎭 **Your characters** · { $count } of { $most }
character-line = { $count ->
    [one] { $number } · **{ $name }** · { $count } picture
   *[other] { $number } · **{ $name }** · { $count } pictures
}
character-strip-alt = A row of thumbnails for each character, numbered as above
character-shown = { $count ->
    [one] 🎭 **{ $name }** · { $count } picture
   *[other] 🎭 **{ $name }** · { $count } pictures
}
character-removed = 🎭 **{ $name }** is removed. What was made with it stays, and **Again** below it still works.
card-characters = { $size } · with { $names }

refusal-no-such-character = You have no character called “{ $name }”. `/character list` shows yours.
refusal-unusable-name = “{ $name }” cannot be a character's name. Use letters, digits and underscores, { $limit } at most.
refusal-too-many-characters = You have { $limit } characters, which is the most. Remove one with `/character remove`, or save under a name you have.
