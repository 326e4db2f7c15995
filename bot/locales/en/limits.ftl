### Limits, who pays, and what /quota shows.

limit-owner = { $whose ->
    [member] Your limit
    [role] Your role's limit
    [server] This server's limit
   *[bot] The bot's limit
}
limit-measure = { $measure ->
    [requests_per_minute] requests a minute
    [concurrent_jobs] requests at a time
    [credits_per_hour] credits an hour
    [credits_per_day] credits a day
    [credits_per_month] credits a month
   *[credits_in_total] credits in total
}
refusal-limit = { $limit ->
    [0] **{ $owner }** is 0 { $counted }, so nothing can be made.
   *[other] **{ $owner }** of { $limit } { $counted } { $measure ->
        [requests_per_minute] is reached.
        [concurrent_jobs] is reached: { $used } of { $limit } are being made.
       *[credits] has no room for this: { $used } of { $limit } are used, and this needs { $needed }.
    }
}
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
