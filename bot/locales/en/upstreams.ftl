### Upstreams that are closed, and dear requests that ask first.

refusal-upstream = **{ $model } cannot draw just now.** { $why }
upstream-hour = The upstream's limit for this bot is used up for this hour.
upstream-day = The upstream's limit for this bot is used up for today.
upstream-month = The upstream's limit for this bot is used up for this month.
upstream-total = The upstream's limit for this bot is used up.
upstream-credits = The bot's account at the upstream is used up.
upstream-busy = The upstream takes no more requests of this bot for now.
upstream-away = The upstream cannot be used by this bot just now.
upstream-tried = It is tried again { $relative } ({ $at }).
upstream-ask-operator = Whoever runs the bot can see to it.

balance-closed = ⛔ **No pictures can be made just now.** { $why } { $when }
balance-closed-model = ⛔ **Cannot draw just now: { $model }.** { $why } { $when }
balance-upstreams = **Upstreams**, for you who run the bot
balance-key-open = 🟢 { $name } `{ $key }`
balance-key-closed = 🔴 { $name } `{ $key }`
balance-trouble = { $what }, tried again { $when }
balance-trouble-model = { $model }: { $what }, tried again { $when }
balance-spent-hour = { $used } of { $limit } USD this hour
balance-spent-day = { $used } of { $limit } USD today
balance-spent-month = { $used } of { $limit } USD this month
balance-spent-total = { $used } of { $limit } USD in total
balance-left-credits = { $amount } credits left there { $when }
balance-left-USD = { $amount } USD left there { $when }
balance-left-unknown = { $amount } left there { $when }
balance-left-unlimited = no end of credits there { $when }
trouble-rate_limited = asked too often
trouble-quota_daily = day quota used up
trouble-billing_exhausted = out of credits
trouble-spend_limit = spend limit reached
trouble-overloaded = overloaded
trouble-upstream_error = failing
trouble-connect_failed = not reached
trouble-auth_invalid = key refused
trouble-permission_denied = key not allowed
trouble-region_blocked = not served in this country
trouble-account_suspended = account suspended
trouble-model_unavailable = not found there

confirm = 🍌 **Draw this for { $price }?**
confirm-changed = 🍌 **The price has changed. Draw this for { $price }?**
confirm-payer-changed = 🍌 **Who would pay has changed. Draw this for { $price }?**
confirm-what = { $count ->
    [one] one picture
   *[other] { $count } pictures
} · { $size } · { $model }
confirm-paid-member = Paid by you, only for pictures you get.
confirm-paid-team = Paid by the team **{ $name }**, only for pictures you get.
confirm-paid-server = Paid from this server's pool, only for pictures you get.
confirm-until = Nothing is held until you press. This question closes { $until }.
confirm-taken = 🍌 **It is being made.**
confirm-declined = **Never mind.** Nothing was charged.
button-draw = Draw it for { $price }
button-never-mind = Never mind
refusal-question-over = This question is closed: it was answered already, or it is not yours. Run the command again if you still want the picture.
refusal-question-expired = This question was open for { $minutes } minutes, and its time is over. Run the command again if you still want the picture.

quota-refunded-shared = The team's pot is closed, so it went to those who paid in, in proportion.
