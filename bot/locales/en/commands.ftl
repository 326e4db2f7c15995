### Names and descriptions of commands and their options, as Discord shows them.

imagine-description = Make a picture from words
edit-description = Change your own picture with words
balance-description = What you have, what is held, what this month cost

option-prompt = What the picture should show, in your own words
option-edit-prompt = What to change
option-model = Which model draws; the price depends on it
option-aspect_ratio = Width to height
option-resolution = How large; larger costs more
option-count = How many pictures
option-thinking = How long the model may think first; longer costs more
option-image = A picture to work from
option-private = Only you see the result

option-edit-image = The picture to change
option-more-image = Another picture to use

choice-model = { $model } · { $price } at { $resolution }
thinking-minimal = minimal
thinking-medium = medium
thinking-high = high
