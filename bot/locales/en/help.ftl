### /help, and the first card in a new server.

help-description = What this bot does, what it costs, and who pays
help-title = 🍌 **Plantain makes and edits pictures.**
help-start = Type `/imagine` and say what you want to see, or `/edit` with a picture of yours and say what should change. The buttons under a picture go on from it, and **Edit this picture** in the menu of any message does, too.
help-commands = **Commands**
help-line = `{ $name }` { $about }
help-managers = **For who manages this server**
help-pays = **Who pays:** { $payers }.
help-pays-first = **Who pays:** { $payers }; the first who can pays the whole.
help-price = The price stands on the card before anything is drawn, and only pictures that arrive are charged.
help-payer-team = the channel's team
help-payer-server = the server's pool, by the allowance of your roles
help-payer-member = you, from your own credits
help-trouble = When something goes wrong you are told so alone, with what to do next, and nothing is charged.

welcome-title = 👋 **Plantain is here: it makes and edits pictures.**
welcome-start = Everybody can begin at once with `/imagine`; `/help` says the rest.
welcome-managers = Who manages this server can say where and by whom it is used, what one request may cost, and which language it speaks. The buttons below are for them; `/quota` sets limits and gives credits from the server's pool, and `/moderation` keeps words out.
