### /quota report 显示的内容，以及提醒的内容。术语：pool 公共积分 · limit 额度 · alert 提醒

report-title = 📊 **本服务器的图片花费** · { $span }（{ $days }）
report-title-everywhere = 📊 **所有服务器的图片花费** · { $span }（{ $days }）
report-span-today = 今天
report-span-week = 本周
report-span-month = 本月
report-span-last-month = 上个月
report-span-30-days = 最近 30 天
report-nothing = 这段时间没有任何花费。
report-sum = 共 **{ $paid }**，{ $jobs } 次请求，{ $pictures } 张图片
report-paid-by = 公共积分支付：{ $pool } · 团队支付：{ $teams } · 成员自己支付：{ $members }
report-refunded = 已退款，未计入：{ $credits }
report-group-member = **成员**
report-group-model = **模型**
report-group-channel = **频道**
report-group-server = **服务器**
report-share = { $name } · { $credits } · { $pictures } 张图片
report-no-server = 私信
report-more = ……另有 { $count } 个
report-too-large = 每日明细表太大，无法附上。请选择更短的时间。
report-chart = 每天的花费：共 { $total }，单日最多 { $most }（{ $day }）。下方依次是上面列表中的成员、频道或服务器、模型。
