### 额度、由谁支付，以及 /quota 显示的内容。术语：limit 额度 · pool 公共积分 · allowance 配额

limit-owner-member = 你的额度
limit-owner-role = 你所在身份组的额度
limit-owner-server = 本服务器的额度
limit-owner-bot = 机器人的额度
limit-measure-requests_per_minute = 次请求/分钟
limit-measure-concurrent_jobs = 个同时进行的请求
limit-measure-credits_per_hour = 积分/小时
limit-measure-credits_per_day = 积分/天
limit-measure-credits_per_month = 积分/月
limit-measure-credits_in_total = 积分（总计）
refusal-limit = **{ $owner }**（{ $limit } { $counted }）不够用：{ $limit } 中已用 { $used }，这次需要 { $needed }。
refusal-limit-rate = **{ $owner }**（{ $limit } { $counted }）已用完。
refusal-limit-jobs = **{ $owner }**（{ $limit } { $counted }）已用完：{ $limit } 个中有 { $used } 个正在制作。
refusal-limit-none = **{ $owner }**为 0 { $counted }，因此不能制作任何图片。
limit-opens = { $relative }重新开放（{ $at }）。
limit-opens-when-done = 其中一个完成后重新开放。
limit-never-opens = 它不会自动重新开放。
refusal-instead = 现在可以：用 { $model } 制作 { $count } 张 { $resolution } 图片，需 { $price }。
limit-ask-manager = 管理本服务器的人可以用 `/quota set` 提高它。
limit-ask-operator = 运行机器人的人可以提高它。
credits-ask-manager = 管理本服务器的人可以用 `/quota allowance` 让你使用公共积分。
credits-ask-operator = 运行机器人的人可以给你更多积分。
