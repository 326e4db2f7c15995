### Styles, the form of /compose, and gentle hints about prompts.

style-description = Saved words that go along with a prompt, under a name
style-save-description = Save words under a name, to go along with prompts
style-list-description = The styles that you may use here
style-remove-description = Remove a style; pictures made with it keep it
option-style = A saved style to go along with the prompt
option-style-name = Its name; a style that has the name already is replaced
option-style-kept = Which style
option-style-words = What it adds, such as: watercolour, loose brush, much white paper
option-style-owner = Whose it is; yours if left out
choice-owner-member = mine, in every server
choice-owner-server = this server's, for everybody here
choice-style-own = { $name } · yours
choice-style-server = { $name } · this server's

style-saved = 🎨 **{ $name }** is saved.
style-replaced = 🎨 **{ $name }** is saved in place of the style of that name.
style-saved-server = 🎨 **{ $name }** is saved for everybody in this server.
style-replaced-server = 🎨 **{ $name }** is saved for everybody in this server, in place of the style of that name.
style-how = Choose it as `style` with `/imagine`, `/compose` or `/edit`.
style-removed = **{ $name }** is removed. Pictures made with it keep it.
style-removed-server = **{ $name }** is removed from this server. Pictures made with it keep it.
style-own = 🎨 **Your styles** · { $count } of { $limit }
style-servers = 🏠 **This server's styles** · { $count } of { $limit }
style-line = **{ $name }** · { $words }
style-none = 🎨 No styles yet. `/style save` keeps some words under a name, such as “watercolour, loose brush, much white paper”.
style-house = 🏠 **House style**, added to every prompt in this server: { $words }

card-style = { $size } · style: { $style }
card-house-style = { $size } · with the server's house style
details-style = **Style “{ $name }”:** { $words }
details-house-style = **House style of the server:** { $words }

hint-clash = 💡 “{ $one }” and “{ $other }” pull in opposite directions. One of them alone often works better.
hint-long = 💡 About { $words } words. Models often follow a shorter prompt better.

compose-description = Put a prompt together in a form, with suggestions
compose-title = Compose a picture
compose-subject = Subject
compose-subject-hint = an old fisherman who mends a net
compose-style = Style
compose-style-any = As the model sees fit
compose-environment = Environment
compose-environment-hint = a small harbour in the fog
compose-lighting = Lighting and view
compose-lighting-hint = Up to three
compose-details = Details
compose-details-hint = a red woollen cap, gulls in the background, a calm mood

suggestion-photograph = photograph
suggestion-film-still = film still
suggestion-watercolour = watercolour
suggestion-oil-painting = oil painting
suggestion-ink-wash = ink wash painting
suggestion-pencil-sketch = pencil sketch
suggestion-anime = anime
suggestion-comic = comic book
suggestion-pixel-art = pixel art
suggestion-render = 3D render
suggestion-flat-design = flat design
suggestion-paper-cut = layered paper cut
suggestion-golden-hour = golden hour
suggestion-blue-hour = blue hour
suggestion-studio-lighting = studio lighting
suggestion-window-light = soft window light
suggestion-backlight = strong backlight
suggestion-candlelight = candlelight
suggestion-moonlight = moonlight
suggestion-neon-light = neon light
suggestion-overcast = overcast daylight
suggestion-close-up = close-up portrait
suggestion-full-body = full-body shot
suggestion-wide-angle = wide-angle view
suggestion-aerial-view = aerial view
suggestion-low-angle = low-angle view
suggestion-macro = macro shot

refusal-no-such-style = There is no style “{ $name }”, neither yours nor this server's. `/style list` shows them.
refusal-unusable-style = A style needs a name of at most { $name_limit } characters, with a letter or number in it, and at most { $words_limit } characters of words.
refusal-too-many-styles = There are { $limit } styles already, which is the most. Remove one first with `/style remove`.
