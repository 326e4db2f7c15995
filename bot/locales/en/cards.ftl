### What people read while and after a picture is made.

credits = { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}

card-accepted = 🍌 **Getting ready**
card-queued = 🕒 **Queued** { $ahead ->
    [0] · you are next
    [one] · { $ahead } picture before yours
   *[other] · { $ahead } pictures before yours
}
card-postponed = ⏱️ **A little early** · begins { $begins }
card-drawing = 🎨 **Drawing** with { $model } · started { $since }
card-waiting = ⏳ **{ $model } is busy** · asking again { $until }
card-ready = Expected { $ready }
card-cancelled = ✖️ **Cancelled** · nothing was charged
card-price = { $count ->
    [one] { $size } · { $price }, charged only if you get your picture
   *[other] { $count } × { $size } · { $price }, charged only for pictures you get
}
card-size-auto = { $resolution }
card-size = { $aspect_ratio } · { $resolution }
card-thinking = { $size } · thinking: { $thinking }

card-pressed-again = 🔁 { $member } pressed **Again**
card-references = { $count ->
    [one] { $size } · from { $count } picture
   *[other] { $size } · from { $count } pictures
}
card-kept = { $count ->
    [one] 📌 with the picture you kept for this
   *[other] 📌 with the { $count } pictures you kept for this
}

card-pressed-edit = ✏️ { $member } pressed **Edit this**
card-moved = Your picture is here: { $link }
card-pressed-vary = 🎲 { $member } pressed **Vary**
card-pressed-upscale = 🔍 { $member } asked for it **larger**
card-pressed-remix = 📝 { $member } chose **Reuse prompt**
card-pressed-reply = 💬 { $member } said in a reply
card-fetching = 🍌 **Fetching it**
card-result = 🍌 **{ $model }** · { $size } · { $pixels } · { $seconds } s
card-short = { $paid } · `{ $job }`
card-charged-left = { $charged } charged · { $left } left
card-charged-member = { $charged } charged · paid by { $member }
card-charged-team = { $charged } charged · paid by the team
card-charged-server = { $charged } charged · paid by the server
card-refit-lossless = Re-encoded without loss to fit this channel's upload limit.
card-refit-lossy = Re-encoded at high quality to fit this channel's upload limit.
card-refit-smaller = Made smaller to fit this channel's upload limit; the original was { $pixels }.
card-shortfall = { $made } of { $asked } pictures came out; the rest are not charged. { $why }

button-again = Again · { $price }
button-edit = Edit this
button-vary = Vary · { $price }
button-upscale = { $resolution } · { $price }
button-undo = Undo
button-versions = Versions
button-compare = Compare with the one before
button-drop = Remove
select-more = More…
select-version = Show a version
more-remix = Reuse prompt
more-remix-hint = The same with other words, ratio, size or count
more-details = Details
more-details-hint = The whole prompt and everything that was chosen, for you alone
more-delete = Delete
more-delete-hint = For its maker, and who may manage messages

wish-vary = A variation of this picture: the same subject and style, with another composition and other details.
wish-upscale = The same picture, larger and with finer detail. Change nothing else.

details-title = 🔎 **Details of `{ $job }`**
details-made = Made for { $member } on { $at } in { $seconds } s
details-size = { $model } · { $size }
details-count = { $asked ->
    [one] { $made } of { $asked } picture
   *[other] { $made } of { $asked } pictures
}
details-paid-member = { $charged } charged · paid by { $member }
details-paid-team = { $charged } charged · paid by the team
details-paid-server = { $charged } charged · paid by the server
details-id = Whole id: `{ $job }`
details-providers = Drawn by: { $names }
details-entries = **What it moved in the ledger** (available, held)
details-entry = { $when } · { $name } · { $available }, { $held }

versions-title = 🌳 **Versions** · you are at { $number }
versions-alt = { $count ->
    [one] { $count } version as a thumbnail
   *[other] { $count } versions as thumbnails, each to the right of the one it was made from
}
versions-line = **{ $number }** · { $words } · { $when }
versions-from = { $line } · from { $parent }
compare-pressed = 🌓 { $member } pressed **Compare with the one before**
compare-title = **Before and after** · `{ $job }`
compare-alt = On the left the picture before, on the right the picture after.

kept-title = { $count ->
    [one] 📌 **Kept for your next `/imagine` or `/edit`.** It is used once, or forgotten { $until }.
   *[other] 📌 **{ $count } pictures kept for your next `/imagine` or `/edit`.** They are used once, or forgotten { $until }.
}
kept-dropped = 📌 Nothing is kept any more.

reply-refused = That did not work, and nothing was charged. Press **Edit this** under the picture: it says why, to you alone.

balance-title = 🍌 **Your Plantain balance**
balance-available = **{ $credits }** to spend
balance-held = { $credits } held for pictures being made
balance-month = { $credits } spent since { $since }
balance-entries = **Last entries**
balance-none = Nothing yet. Try `/imagine`.
entry-grant = granted
entry-reserve = held for a picture
entry-settle = charged
entry-release = given back
entry-refund = refunded
entry-transfer = transferred

button-give = Give { $credits }
button-cancel = Cancel
gift-offer = 🎁 **Give { $credits } to { $receiver }?**
gift-offer-facts = You have { $available } and may give { $left } today. This can be confirmed until { $until }.
gift-given = 🎁 **You gave { $credits } to { $receiver }.**
gift-left = { $left } left
gift-cancelled = Cancelled: { $receiver } gets nothing, and you keep your { $credits }.
gift-received = 🎁 { $receiver }, { $giver } gave you **{ $credits }**.
gift-received-hint = `/balance` shows what you have.

team-title = 👥 **{ $name }**, the team of { $channel }, made by { $maker }
team-pot = **{ $credits }** in the pot
team-cap = Each member may spend { $credits } of it in all.
team-no-cap = Members may spend as much of it as there is.
team-ends = It ends { $when }; what is left then goes back to those who paid in.
team-endless = It stays until it is closed; what is left then goes back to those who paid in.
team-over = Its time is over. What is left goes back as soon as the last picture is done.
team-how = Pictures made here are paid from it. Add to it with `/team top-up`, or pay for yourself with `/team leave`.
team-members = **Who paid in and spent**
team-member = { $member } · { $paid } paid in · { $spent } spent
team-member-away = { $member } · { $paid } paid in · { $spent } spent · pays alone
team-more = … and { $count } more
team-me = You spent { $spent } of it.
team-me-capped = You spent { $spent } of it and may spend { $left } more.
team-me-away = You spent { $spent } of it and now pay for yourself here.
team-topped-up = 👥 { $member } put **{ $credits }** into **{ $name }**.
team-joined = 👥 { $member }, you draw from **{ $name }** again.
team-left = You pay for yourself here from now on. What you put into **{ $name }** stays in its pot, and your part of the rest comes back to you when it closes.
team-closed = 👥 **{ $name }** is closed.
team-expired = 👥 The time of **{ $name }** is over, and it is closed.
team-returned = { $member } gets back { $credits }
team-nothing-left = Nothing was left in the pot.

balance-title-member = 🍌 **{ $member } in this server**
balance-here = **Here**
balance-allowance = **{ $left }** left of your allowance of { $whole } · renewed { $when }
balance-allowance-member = **{ $left }** left of an allowance of { $whole } · renewed { $when }
balance-pool = { $credits } in the server's pool · { $held } held
balance-team = { $credits } in the pot of **{ $name }**
balance-limits = **Limits**
balance-limit = { $whose }: { $used } of { $limit } { $measure }, { $left } left
balance-whose-bot = everybody together
balance-whose-server = this server
balance-whose-role = role
balance-whose-member = personal
balance-anew = anew { $when }
balance-running = **Being made**
balance-private = a private picture
balance-more = … and { $count } more
balance-chart = What the pictures of the last 30 days cost: { $total } in all, and at most { $most } in a day, on { $day }.
entry-gift = gift
entry-team = into a team's pot
entry-team-closed = back from a team's pot
entry-fund = into the server's pool
entry-take = taken back

problem-not-charged = Nothing was charged.

modal-edit-title = Edit this picture
modal-edit-label = What should change?
modal-edit-price = { $price }, charged only if you get your picture
modal-edit-uploads = More pictures to work from
modal-which = Which picture?
modal-picture = Picture { $number }
modal-ratio = Aspect ratio
modal-ratio-auto = As the model sees fit
modal-size = Resolution
modal-size-price = { $resolution } · { $price }
modal-count = Number of pictures
modal-count-pictures = { $count ->
    [one] { $count } picture
   *[other] { $count } pictures
}
modal-remix-title = Reuse this prompt
modal-remix-label = Prompt
modal-vary-title = Vary a picture
modal-upscale-title = Make a picture larger
modal-keep-title = Use as reference
modal-delete-title = Delete this picture?
modal-delete-label = Where from
modal-delete-here = From this channel only
modal-delete-history = From this channel and for good
modal-delete-hint = From this channel only: `/show` brings it back, and other messages keep it. For good: nobody can show or edit it any more. Credits are not given back either way.
modal-delete-others-hint = The message is removed from this channel. Its maker can still bring it back with `/show`.
modal-edit-placeholder = make it night, add a lighthouse, turn it into watercolour…
