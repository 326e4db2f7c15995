### What went wrong, and what to do next. "Nothing was charged" is added by the card.

refusal-empty-prompt = Say what the picture should show: the prompt was empty.
refusal-prompt-too-long = The prompt has { $length } characters; { $limit } is the most. Shorten it and try again.
refusal-unknown-model = There is no model “{ $model }” here. Pick one from the list: { $known }.
refusal-aspect-ratio = { $model } cannot draw { $aspect_ratio }. It can do { $supported }.
refusal-resolution = { $model } cannot draw at { $resolution }. It can do { $supported }.
refusal-thinking = { $model } cannot be asked for this much thinking ({ $thinking }). Its levels: { $supported }. Leave the option out, or pick one it has.
refusal-no-thinking = { $model } cannot be told here how long to think. Leave the option out, or pick another model.
refusal-reference-images = { $model } takes at most { $limit } pictures and you gave { $given }. Leave some out.
refusal-not-enough-credits = This needs { $needed ->
    [one] { $needed } credit
   *[other] { $needed } credits
} and you have { $available }. `/balance` shows what you have.
refusal-too-few-credits = That takes { $needed ->
    [one] { $needed } credit
   *[other] { $needed } credits
} and you have { $available }. Choose a smaller amount; `/balance` shows what you have.
refusal-server-only = This works only in a server. Use it in one of its channels.
refusal-gift-to-oneself = These credits are yours already. Choose somebody else.
refusal-bots-have-no-credits = Bots have no credits. Choose a person.
refusal-not-in-this-server = That person is not in this server. Choose one of its members.
refusal-daily-gifts = You may give away { $limit } credits a day, and { $left } of them are left.
refusal-gift-over = This gift can no longer be changed: it was already decided, its day is over, or it is not yours. Offer a new one with `/gift`.
refusal-team-exists = This channel has a team already. `/team show` shows it, and `/team top-up` adds to its pot.
refusal-team-busy = A picture that the team pays for is being made. Try again when it is done.
refusal-no-team = There is no team here. `/team create` opens one.
refusal-not-your-team = Only who made this team, or somebody who may manage the channel, can close it. `/team leave` lets you pay for yourself.
refusal-shutting-down = The bot is restarting. Try again in a minute.
refusal-job-unknown = This picture is not known any more, or not by that name: check the letters on its card, or make a new one with `/imagine`.
refusal-may-not-use-here = You may not use apps in this channel, so this does nothing here. Ask whoever manages the channel, or use another one.
refusal-bot-may-not = I lack a permission here: { $permission }. Ask whoever manages this channel to give it to me, use another channel, or a command with *private*.
permission-seeing = View Channel
permission-writing = Send Messages
permission-threads = Send Messages in Threads
permission-files = Attach Files
refusal-age-restricted-only = Pictures are made in age-restricted channels only; whoever runs this bot decided so. Use such a channel.
refusal-not-your-picture = Only its maker, or somebody who may manage messages here, can do this.
refusal-too-late-to-cancel = It is too late to cancel this: it has been drawn, or has ended already. Look at its card.
refusal-message-gone = The message was deleted in the meantime. `/show` brings the picture back.
refusal-nothing-before = This picture is not an edit, so there is nothing before it.
refusal-no-picture-there = There is no picture in that message. Choose one with an attached or embedded picture.
refusal-nothing-to-edit = There is nothing to change: attach a picture, choose a member or an emoji, or keep one first with **Use as reference** in a message's menu.
refusal-no-such-emoji = “{ $emoji }” is no custom emoji. Pick one of a server's own; those of the keyboard are no pictures.
refusal-picture-unreachable = “{ $name }” could not be fetched from where it lies. Save it and attach it instead.
refusal-nothing-said = Say in your reply what should change, and mention the bot or leave the ping on.
refusal-not-a-picture = “{ $name }” is not a picture that can be used. Send a PNG, JPEG, WebP or GIF file that opens on your device.
refusal-picture-too-heavy = “{ $name }” has { $size } MB; { $limit } MB is the most. Send a smaller file.
refusal-too-many-pixels = “{ $name }” has { $megapixels } megapixels; { $limit } is the most. Send it scaled down.

error-settings = The bot is not set up for this yet. Tell whoever runs it.
error-storage = The bot could not store your request just now. Try again in a minute.
error-commit-unknown = The database went away while the bot was storing your request, so nobody can say yet whether it was accepted. Look at /balance in a minute: credits held for a picture mean that it was. Send it again only if they are not there.
error-ledger-wrong = { $found ->
    [1] 1 number
   *[other] { $found } numbers
} in the ledger do not add up, so the bot does not start: it could charge people wrongly. `plantain ledger check` shows where. Put a backup back with `plantain db restore`, or mend what was changed by hand, and start again.
error-discord-unreachable = Discord cannot be reached. Check the network and try again.
error-delivery-failed = Your picture was made, but Discord did not accept it here. Check that the bot may post and attach files in this channel, then try again.
error-picture-kept = Your picture is ready, but Discord does not let me show it here. It is kept for you: `/show` with `{ $job }` gives it to you. You pay for it when you get it, or after a day.
error-interrupted = The bot was restarted while your picture was being made, and what became of it cannot be known. Run the command again when you like.
error-cancelled = Your request was cancelled, by you or by somebody who manages messages there. Run the command again when you like.
error-given-back = Whoever runs the bot has ended this request. Run the command again when you like.
error-unexpected = Something went wrong on the bot's side. Try again; if it keeps happening, give whoever runs the bot this code: { $reference }.

again-soon = Try again in a minute.
again-seconds = Try again in about { $wait } seconds.
again-minutes = Try again in about { $wait } minutes.
again-hours = Try again in about { $wait } hours.
again-days = Try again in about { $wait } days.
provider-rate_limited = Too many pictures are being made right now. { $again }
provider-quota_daily = This model is used up for today. Try another model, or come back tomorrow.
provider-billing_exhausted = Picture making is temporarily unavailable. Try again later; if it lasts, tell whoever runs the bot.
provider-spend_limit = Picture making is temporarily unavailable. Try again later; if it lasts, tell whoever runs the bot.
provider-overloaded = The picture service is overloaded. Try again in a few minutes, or pick another model.
provider-upstream_error = The picture service failed. Try again; it is usually over quickly.
provider-timeout_unknown = No answer came in time. Try again; a smaller resolution is faster.
provider-connect_failed = The picture service could not be reached. Try again in a few minutes.
provider-task_timeout = The picture took too long. Try again; a smaller resolution is faster.
provider-content_blocked = The picture service refused this for its safety rules. Rephrase the prompt, or use another picture.
provider-recitation = This would come out too close to protected work. Describe it in your own words.
provider-no_image = The model drew nothing this time. Try again, or word the prompt differently.
provider-text_only = The model answered in words instead of a picture. Say plainly what to draw.
provider-truncated = The model's answer was cut off. Try a shorter prompt.
provider-invalid_image = The picture service could not use a picture you gave. Send it as PNG or JPEG.
provider-payload_too_large = Your pictures are too large together. Use fewer or smaller ones.
provider-invalid_request = The picture service did not accept this request. Try other options.
provider-wrong_endpoint = The bot is not set up for this model yet. Try another model.
provider-auth_invalid = Picture making is temporarily unavailable. Try again later; if it lasts, tell whoever runs the bot.
provider-permission_denied = Picture making is temporarily unavailable. Try again later; if it lasts, tell whoever runs the bot.
provider-region_blocked = Picture making is temporarily unavailable. Try again later; if it lasts, tell whoever runs the bot.
provider-account_suspended = Picture making is temporarily unavailable. Try again later; if it lasts, tell whoever runs the bot.
provider-model_unavailable = This model is not available at the moment. Pick another model.
provider-task_not_found = The picture got lost at the picture service. Try again.
provider-malformed_response = The picture service sent something that is not a picture. Try again.
provider-result_unavailable = The finished picture could not be fetched. Try again.
provider-unsafe_url = The picture service answered with an address that is not safe to open. Try again later.
provider-cancelled = The picture was cancelled.
provider-said = The model said: { $said }
