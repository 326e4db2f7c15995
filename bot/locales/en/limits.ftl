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
