### /privacy: what is kept, a copy of it, and being forgotten. Plain words, nothing left out.

privacy-description = What this bot keeps about you; get a copy of it, or be forgotten
privacy-title = 🔒 **What Plantain keeps about you**
privacy-kept = **What is kept:** your prompts, the pictures you upload and those that are made, what a model said with them, your characters, styles, favourites, lists of prompts and preferences, and every movement of your credits, under your Discord ID.
privacy-time = **For how long:** prompts and pictures until you delete them or are forgotten; characters and styles until you remove them; uploads that came to nothing for about a day; movements of credits as long as the bot's books.
privacy-time-days = **For how long:** prompts and pictures for { $days ->
    [one] one day
   *[other] { $days } days
}, or until you delete them or are forgotten; characters and styles until you remove them; uploads that came to nothing for about a day; movements of credits as long as the bot's books.
privacy-seen = **Who can see it:** you; whoever can read the channel a picture was made in, unless it was private; the managers of a server that keeps a log of requests; and whoever runs this bot.
privacy-sent = **Where it goes:** a prompt and its pictures are sent to a company that offers Google's image models, Google or a reseller that whoever runs this bot has chosen, and are there under its own rules. Who you are is not sent.
privacy-posted = **In Discord:** what is posted there is kept by Discord, until the message is deleted there.
privacy-choices = You can have a copy of everything, once an hour, or be forgotten. You are asked once more before anything goes.
button-export = Get a copy
button-forget = Forget me…
button-privacy-policy = Privacy policy

forget-title = 🧹 **Forget everything about you?**
forget-goes = **Goes for good:** { $jobs ->
    [0] your prompts and pictures, of which there are none now
    [one] one request with its prompt and pictures
   *[other] { $jobs } requests with their prompts and pictures
}, your uploads, what models said with them, your characters, styles, favourites and preferences, and { $credits } that you have left. What still waits is taken back; what is being drawn is finished first.
forget-stays = **Stays:** movements of credits and what requests cost, under a random number in place of you; a picture that somebody else works from or has uploaded too; whether you are blocked or limited.
forget-posted = **In Discord:** your messages and your pictures in channels stay, in a gallery channel with your name. If you want them gone, use **Delete** below a picture first; afterwards it is not yours any more.
forget-back = **If you come back** you start anew, without new welcome credits. What you have used of a limit still counts: only a scrambled form of your ID knows of it.
button-forget-surely = Forget me for good
forget-done = 🧹 You are forgotten: your prompts and pictures are gone, and nothing left here names you. If you come back, you start anew.
forget-later = 🧹 You will be forgotten as soon as what is being drawn for you is done. Until then nothing new is drawn for you, and there is nothing more to do.
forget-not = Nothing was changed: everything stays as it is.

export-begun = 📦 Your copy is being put together and comes by direct message, in as many parts as it takes.
export-part = 📦 **Your copy, part { $part }**
export-done = 📦 Your copy is in your direct messages, { $parts ->
    [one] in one part
   *[other] in { $parts } parts
}. There is JSON for every table and each picture as a file.
export-done-here = 📦 Your copy is below, { $parts ->
    [one] in one part
   *[other] in { $parts } parts
}, as your direct messages are closed. There is JSON for every table and each picture as a file.
export-nothing = 📦 Nothing is kept about you here.

refusal-being-forgotten = You asked to be forgotten, and that is not finished yet. Try again in a minute; you start anew then.
refusal-export-too-soon = You had a copy of everything within the last hour. You can have the next in { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}.
error-copy-cut = Discord accepted { $parts ->
    [0] no part of your copy.
    [one] one part of your copy, and then no more.
   *[other] { $parts } parts of your copy, and then no more.
} You can ask for it again at once.
nobody-named = somebody who was forgotten
