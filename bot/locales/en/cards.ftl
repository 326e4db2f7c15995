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

card-result = 🍌 **{ $model }** · { $pixels } · { $seconds } s
card-charged = { $charged } charged · { $left } left
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

problem-not-charged = Nothing was charged.

modal-edit-title = Edit this picture
modal-edit-label = What should change?
modal-edit-placeholder = make it night, add a lighthouse, turn it into watercolour…
