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
