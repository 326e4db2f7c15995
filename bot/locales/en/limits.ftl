### Limits, who pays, and what /quota shows.

limit-owner-member = Your limit
limit-owner-role = Your role's limit
limit-owner-server = This server's limit
limit-owner-bot = The bot's limit
limit-measure-requests_per_minute = requests a minute
limit-measure-concurrent_jobs = requests at a time
limit-measure-credits_per_hour = credits an hour
limit-measure-credits_per_day = credits a day
limit-measure-credits_per_month = credits a month
limit-measure-credits_in_total = credits in total
refusal-limit = **{ $owner }** of { $limit } { $counted } has no room for this: { $used } of { $limit } are used, and this needs { $needed }.
refusal-limit-rate = **{ $owner }** of { $limit } { $counted } is reached.
refusal-limit-jobs = **{ $owner }** of { $limit } { $counted } is reached: { $used } of { $limit } are being made.
refusal-limit-none = **{ $owner }** is 0 { $counted }, so nothing can be made.
limit-opens = It opens again { $relative } ({ $at }).
limit-opens-when-done = It opens again when one of them is done.
limit-never-opens = It does not open again by itself.
refusal-instead = What works now: { $count ->
    [one] one picture
   *[other] { $count } pictures
} at { $resolution } with { $model }, for { $price }.
limit-ask-manager = Whoever manages this server can raise it with `/quota set`.
limit-ask-operator = Whoever runs the bot can raise it.
credits-ask-manager = Whoever manages this server can let you use its pool, with `/quota allowance`.
credits-ask-operator = Whoever runs the bot can give you more.

refusal-managers-only = Only who may manage this server can do this here: it needs the permission *Manage Server*.
refusal-operators-only = Only whoever runs the bot can do this.
refusal-amount = “{ $amount }” is no amount. Type a whole number, or `none` for no limit; 0 allows nothing.
refusal-nobody-named = Name the role or the member that this is for, in the option of that name.
refusal-nothing-to-refund = “{ $job }” is no picture that could be refunded: it is not known, was never charged, or was refunded before. Type the last eight letters in its file's name, or copy its message's link.

quota-whose-server = this server
quota-whose-everyone = everyone here
quota-amount = { $amount } { $counted }
quota-amount-none = no limit on { $counted }
quota-set = ⚖️ **Set for { $owner }:** { $limit }
quota-set-zero = Nothing can be made there until this is raised or cleared.
quota-cleared = ⚖️ **Cleared for { $owner }:** the limit on { $counted }. What held before holds again.
quota-not-set = ⚖️ **Nothing was set for { $owner }:** there was no limit on { $counted }.
quota-title = ⚖️ **Limits and credits of this server**
quota-pool = **{ $credits }** in the pool · { $held } held
quota-use = { $bar } **{ $used } of { $limit }** { $counted } · { $left } left
quota-opens = opens { $relative } ({ $at })
quota-no-uses = The server as a whole has no limit.
quota-limits = **Set here**
quota-no-limits = Nothing is set here. `/quota set` sets a limit.
quota-limit = { $owner }: { $limit }
quota-allowances = **Allowances from the pool, for each member**
quota-no-allowances = Nobody has an allowance: the pool pays for nobody. `/quota allowance` gives one.
quota-allowance-day = { $owner }: { $credits } a day
quota-allowance-week = { $owner }: { $credits } a week
quota-allowance-month = { $owner }: { $credits } a month
quota-carry = at most { $carry } carried over
quota-more = … and { $count } more
quota-allowed = ⚖️ **Allowed from the pool, for each member.** The highest role with an allowance counts.
quota-disallowed = ⚖️ **{ $owner }** has no allowance any more.
quota-not-allowed = ⚖️ **{ $owner }** had no allowance.
quota-funded = ⚖️ **{ $credits } from your own went into the pool.** It has { $available } now.
quota-granted = ⚖️ **{ $credits } made for { $owner }.** { $available } there now.
quota-taken = ⚖️ **{ $credits } taken from { $owner }.** { $available } there now.
quota-refunded = ⚖️ **{ $credits } refunded to { $owner }.** { $available } there now.
quota-owner-team = the team
