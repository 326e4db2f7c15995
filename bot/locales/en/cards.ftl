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
card-price = { $count ->
    [one] { $size } · { $price }, charged only if you get your picture
   *[other] { $count } × { $size } · { $price }, charged only for pictures you get
}
card-size-auto = { $resolution }
card-size = { $aspect_ratio } · { $resolution }
card-thinking = { $size } · thinking: { $thinking }

card-pressed-again = 🔁 { $member } pressed **Again**
card-pressed-edit = ✏️ { $member } pressed **Edit this**
card-moved = Your picture is here: { $link }
card-result = 🍌 **{ $model }** · { $pixels } · { $seconds } s
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
modal-edit-which = Which picture?
modal-edit-picture = Picture { $number }
modal-edit-placeholder = make it night, add a lighthouse, turn it into watercolour…
