### /settings for a server's managers, /preferences for everybody, and what they refuse.

language-name = English

settings-description = What holds for the bot in this server: channels, roles, defaults, limits, language
preferences-description = What you like best: model, size, language, and whether others see your pictures

settings-title = ⚙️ **Plantain in this server**
settings-changed = ✅ Changed: { $name }
settings-line = **{ $name }:** { $value }
settings-more = … and { $count } more
settings-choose = What do you want to change?
settings-form-hint = Leave it empty to have none.
button-settings = Settings
button-clear = Have none
button-back = Back
button-type = Change

setting-channels = Channels for pictures
setting-roles = Roles that may make pictures
setting-model = Model
setting-aspect_ratio = Aspect ratio
setting-resolution = Resolution
setting-max_count = Most pictures at once
setting-max_credits = Most credits at once
setting-house_style = House style
setting-private = Who sees a picture
setting-spoilers = Channels with spoilers
setting-gallery_channel = Gallery channel
setting-alerts = Alerts
setting-log_channel = Moderation log
setting-language = Language

setting-unset-channels = every channel
setting-unset-roles = everybody
setting-unset-model = the bot's usual one
setting-unset-aspect_ratio = as the model likes
setting-unset-resolution = the model's usual one
setting-unset-max_count = no limit of the server's own
setting-unset-max_credits = no limit of the server's own
setting-unset-house_style = none
setting-unset-private = everybody in the channel
setting-unset-spoilers = none
setting-unset-gallery_channel = none
setting-unset-alerts = the server's owner, by message
setting-unset-log_channel = none
setting-unset-language = as in each person's Discord
setting-alerts-nobody = nobody is told

setting-about-channels = Pictures are made in these channels and their threads, and nowhere else in this server.
setting-about-roles = Only who has one of these roles makes pictures here.
setting-about-model = Who names no model gets this one, unless they prefer another.
setting-about-aspect_ratio = For new pictures, where nobody says otherwise. Edits keep the shape of their picture.
setting-about-resolution = Where nobody says otherwise, and the model can do it.
setting-about-max_count = For one request.
setting-about-max_credits = For one request, whoever pays.
setting-about-house_style = Some words that go along with every prompt here, such as “flat colours, bold outlines”. Cards say so, and anybody can read them in a picture's details. They count against a model's limit for prompts.
setting-about-private = Where nobody says otherwise. A private picture is seen by who asked for it alone.
setting-about-spoilers = Pictures made in these channels and their threads are veiled until somebody presses on them.
setting-about-gallery_channel = Where favourite pictures may be shown to all.
setting-about-alerts = One message at 50, 80 and 100 % of the pool and of each limit of the server goes there.
setting-about-log_channel = Every prompt in this server is posted there with who wrote it and a link; private ones too, and those with a word that is kept out. Choose a channel that only moderators read.
setting-about-language = The bot speaks it to everybody here who has chosen none with `/preferences`.
setting-pictures = { $count ->
    [one] { $count } picture
   *[other] { $count } pictures
}
setting-private-yes = only who asked for it
setting-private-no = everybody in the channel

preferences-title = 💛 **What you like best**
preferences-about = It counts wherever you do not say otherwise, in every server and in direct messages. Only you see this.
preferences-unset = as the server or the bot has it

refusal-wrong-channel = This server makes its pictures in other channels.
refusal-role-needed = This server lets only some roles make pictures.
refusal-too-many-pictures = This server makes at most { $limit ->
    [one] { $limit } picture
   *[other] { $limit } pictures
} at once, and this would be { $given }. Ask for fewer.
refusal-too-dear = This server spends at most { $limit ->
    [one] { $limit } credit
   *[other] { $limit } credits
} on one request, and this would cost { $needed }. Ask for fewer pictures, a smaller resolution or another model.
refusal-not-on-offer = “{ $value }” cannot be chosen here any more. Open `/settings` or `/preferences` again.
use-these-channels = Use one of these: { $channels }
use-these-roles = It takes one of these: { $roles }. Somebody who manages the server can give you one.
