### What the demo says to someone who has just opened it.

demo-greeting = 👋 **Welcome! This is Plantain, in a Discord of its own on your machine.** Type in the box below:
    1. `/imagine` a red fox in snow at sunset
    2. `/edit`, say “make it watercolour and add a moon”, add the option `image`, and choose a picture of yours
    3. `/balance` to see what it cost
demo-buttons = Press the buttons under a picture to go on from it: **Edit this** takes more pictures too, **Versions** shows every edit, and **Favourite** marks it for `/gallery`, which has every picture of yours in pages. `/character save` keeps pictures of somebody under a name; `@` and the name in a prompt brings them along. `/batch` draws a whole text file, a prompt on each line. The menu at the top lets you be You, Sam or 小美, whose Discord speaks Chinese: each has their own credits.
demo-styles = `/compose` puts a prompt together in a form, with suggestions. The option `style` sends saved words along: choose **Storybook** there, and save your own with `/style save`. A *House style* in `/settings` goes along with everybody's.
demo-style-name = Storybook
demo-style-words = watercolour, soft light, much white paper
demo-settings = You manage this server: `/settings` says where the bot may be used and what one request may cost, `/moderation` keeps words out. Anybody reads another language with `/preferences`, and `/help` lists the rest.
demo-stand-in = -# The pictures are drawn by a stand-in for the real models, on this machine and for free. Put 429, blocked or text only into a prompt, or hang at its end, to see how trouble looks; every such word is listed at { $url }
demo-real = -# The pictures come from your configured upstream, and it will bill you for them.
