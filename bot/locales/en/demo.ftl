### What the demo says to someone who has just opened it.

demo-greeting = 👋 **Welcome! This is Plantain, in a simulated Discord on your machine.** Type in the box below:
    1. `/imagine` a red fox in snow at sunset
    2. `/edit`, say “make it watercolour and add a moon”, add the option `image`, and choose a picture of yours
    3. `/balance` to see what it cost
demo-more = The buttons under a picture go on from it. Then try `/compose`, the option `style` (type `Storybook`), `/character save` and `@Name` in a prompt, `/batch` with a text file, and `/gallery`. You manage this server: `/settings` has its rules. The menu at the top makes you Sam or 小美, whose Discord speaks Chinese; each has their own credits. `/help` lists the rest.
demo-style-name = Storybook
demo-style-words = watercolour, soft light, much white paper
demo-stand-in = -# The pictures are drawn by a stand-in for the real models, on this machine and for free. 429 or blocked in a prompt shows how trouble looks; all such words: { $url }
demo-real = -# The pictures come from your configured upstream, and it will bill you for them.
