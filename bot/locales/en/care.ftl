### /moderation, /operator, a server's log, and what they refuse. Nobody is blamed.

moderation-description = Words that this server keeps out of prompts
moderation-words-description = Words that this server keeps out of prompts
words-add-description = Keep a word, a phrase or a pattern such as *word* out of prompts
words-remove-description = Let a word be used again
words-list-description = Every word that is kept out
words-test-description = See whether a prompt would be let through
option-word = A word or phrase, in any case; a star stands for some letters
option-word-kept = Which word
option-word-test = A prompt to try; nothing is made or charged
operator-description = For whoever runs the bot: whom it serves
operator-block-description = For whoever runs the bot: serve somebody no more, anywhere
operator-unblock-description = For whoever runs the bot: serve somebody again
option-block-member = Whom
option-unblock-member = Whom

words-added = 🚫 **{ $word }** is kept out of prompts from now on. `/moderation words test` tries a prompt.
words-there = **{ $word }** is on the list already.
words-removed = **{ $word }** may be used again.
words-not-there = **{ $word }** is not on the list. `/moderation words list` shows it.
words-none = No word is kept out. `/moderation words add` adds one.
words-title = 🚫 **{ $count } of at most { $limit } are kept out**
words-more = … and { $count } more
words-stopped = 🚫 **Stopped:** this has **{ $word }**. Who writes it is told so alone, and nothing is charged.
words-let-through = ✅ **Let through:** nothing in it is kept out.

operator-blocked = { $member } is not served any more, in any server. Their credits stay theirs.
operator-blocked-before = { $member } was blocked already.
operator-unblocked = { $member } is served again.
operator-not-blocked = { $member } was not blocked.

log-asked = 🖼️ { $member } asked for
log-stopped = 🚫 Stopped for **{ $word }**, from { $member }
log-seen = { $job } · { $link }
log-private = { $job } · a picture that only they see

refusal-word-kept-out = This server keeps “{ $word }” out of its pictures. Say it in another way and try again; nothing was sent to a model.
refusal-member-blocked = Whoever runs this bot has stopped serving you. Your credits stay yours. If you think this is a mistake, ask them.
refusal-operators-stay = Whoever runs the bot cannot be blocked.
refusal-unusable-word = “{ $word }” cannot be looked for. It needs a letter, at most 60 characters and at most four stars.
refusal-too-many-words = The list is full: { $limit } is the most. Remove one first with `/moderation words remove`.
