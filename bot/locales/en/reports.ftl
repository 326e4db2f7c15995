### What /quota report shows, and what alerts say.

report-title = 📊 **What pictures cost in this server** · { $span } ({ $days })
report-title-everywhere = 📊 **What pictures cost in all servers** · { $span } ({ $days })
report-span-today = today
report-span-week = this week
report-span-month = this month
report-span-last-month = last month
report-span-30-days = the last 30 days
report-nothing = Nothing was paid for in this time.
report-sum = **{ $paid }** for { $pictures ->
    [one] one picture
   *[other] { $pictures } pictures
} in { $jobs ->
    [one] one request
   *[other] { $jobs } requests
}
report-paid-by = Paid by the pool: { $pool } · by teams: { $teams } · by members themselves: { $members }
report-refunded = Refunded, and not counted here: { $credits }
report-group-member = **Members**
report-group-model = **Models**
report-group-channel = **Channels**
report-group-server = **Servers**
report-share = { $name } · { $credits } · { $pictures ->
    [one] one picture
   *[other] { $pictures } pictures
}
report-no-server = direct messages
report-more = … and { $count } more
report-too-large = The table of every day is too large to attach here. Choose a shorter time.
report-chart = What each day cost: { $total } in all, and at most { $most } in a day, on { $day }. Below, the members, places and models of the lists above.

alert-server = In your server **{ $server }**
alert-limit = 📈 **{ $percent } % of this server's limit is reached:** { $used } of { $limit } { $counted } used, { $left } left.
alert-pool = 📉 **{ $percent } % of this server's pool is gone:** { $used } of the { $limit } credits that were in it when credits last came in, { $left } left.
alert-bot = 📈 **{ $percent } % of the bot's limit is reached:** { $used } of { $limit } { $counted } used, { $left } left.
alert-key = 📈 **{ $percent } % of the limit of { $name } is reached:** { $used } of { $limit } { $counted } used, { $left } left.
alert-resets = It resets { $relative } ({ $at }).
alert-never-resets = It does not reset by itself.
alert-until-limit = Nothing more can be made here meanwhile.
alert-until-pool = The pool pays for nobody now; members pay for themselves.
alert-until-bot = Nothing more can be made anywhere meanwhile.
alert-until-key = The key is not asked meanwhile; others are, where there are any.
alert-do-limit = `/quota set` raises the limit, `/quota report` shows what the credits went to, and `/quota alerts` where this is told.
alert-do-pool = `/quota fund` adds credits, `/quota report` shows what they went to, and `/quota alerts` where this is told.
alert-do-bot = `DEFAULT_LIMITS` in the bot's settings raises it, and `/quota report` with `everywhere` shows what the credits went to.
alert-do-key = The bot's settings raise it, and `plantain upstreams spending` shows what it went to.
alert-measure-usd_per_hour = US dollars an hour
alert-measure-usd_per_day = US dollars a day
alert-measure-usd_per_month = US dollars a month
alert-measure-usd_in_total = US dollars in total
alerts-title = 🔔 **Alerts of this server**
alerts-set = 🔔 **Set: alerts of this server**
alerts-to-channel = At 50, 80 and 100 % of the pool and of each limit of the server on credits, one message goes to { $channel }. Where it cannot be written there, the server's owner gets it.
alerts-to-owner = At 50, 80 and 100 % of the pool and of each limit of the server on credits, the server's owner gets one direct message. Name a channel to have it there.
alerts-to-nobody = Nobody is told. Name a channel, or choose the owner, to be told again.
alerts-not-writable = I cannot write in { $channel } yet: give me *View Channel* and *Send Messages* there.
