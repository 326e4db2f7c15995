### Discord 中显示的命令与选项的说明。

imagine-description = 用文字生成图片
edit-description = 用文字修改你自己的图片
balance-description = 你有多少、在这里可用多少、最近花了多少

gift-description = 把你的一部分积分送给另一位成员
option-gift-member = 送给谁
option-gift-credits = 多少积分
option-gift-note = 想对对方说的话

team-description = 本频道或帖子共用的积分池
team-create-description = 建立积分池，为这里制作的图片付费
team-add-description = 让退出的人重新使用积分池
team-leave-description = 从现在起在这里自己付费
team-top-up-description = 把你的更多积分存入积分池
team-close-description = 关闭积分池，剩余积分退给出资的人
team-show-description = 积分池里有多少，谁出资，谁用了多少
option-team-name = 团队的名字
option-team-credits = 把你的多少积分存入积分池
option-team-per_member = 每位成员总共最多可用多少积分；不填则不限
option-team-expires = 何时自动关闭；不填则永不
option-team-member = 已退出、可以回来的人
choice-1-day = 1 天后
choice-7-days = 7 天后
choice-30-days = 30 天后
choice-never = 永不
option-balance-member = 另一位成员在本服务器的积分；仅限管理服务器的人

option-prompt = 用自己的话描述图片内容
option-edit-prompt = 要改什么
option-model = 由哪个模型绘制；价格随之不同
option-aspect_ratio = 宽高比
option-resolution = 尺寸；越大越贵
option-count = 几张图片
option-thinking = 绘制前思考多久；越久可能越贵
option-image = 参考图片
option-private = 只有你能看到结果

option-edit-image = 要修改的图片
option-edit-member = 要修改谁的头像，或与图片一起使用
option-edit-emoji = 要修改的自定义表情，或与图片一起使用

show-description = 找回一张图片和它的按钮
option-show-job = 你自己的一张，或这里任一卡片末尾的字母
option-show-private = 只有你能看到
menu-edit = 编辑这张图片
menu-keep = 用作参考
option-more-image = 另一张要用的图片

choice-model = { $model } · { $resolution } 需 { $price }
thinking-minimal = 最少
thinking-medium = 中等
thinking-high = 充分

quota-description = 本服务器的额度、配额与公共积分
quota-set-description = 设置这里的额度：0 表示完全不允许，none 表示不限
quota-clear-description = 清除一项额度；之前的规定重新生效
quota-show-description = 这里设置的所有额度、已用与剩余，以及何时重新开放
quota-allowance-description = 让某身份组的每位成员使用公共积分
quota-clear-allowance-description = 清除身份组的配额
quota-fund-description = 把自己的积分转入本服务器的公共积分
quota-grant-description = 仅限运行机器人的人：增加积分
quota-take-description = 仅限运行机器人的人：收回积分
quota-refund-description = 仅限运行机器人的人：退回一张图片的费用，仅一次
quota-report-description = 这里的图片花费：按成员、模型和频道统计，并附表格
option-report-period = 统计哪段时间；不填为本月
option-report-everywhere = 仅限运行机器人的人：统计所有服务器
quota-alerts-description = 公共积分或额度快用完时，在哪里提醒
option-alerts-channel = 在哪个频道提醒；什么都不选则显示现在的设置
option-alerts-to = 不用频道时提醒谁
choice-alerts-owner = 服务器拥有者（私信）
choice-alerts-off = 不提醒任何人
option-whose = 限制谁的使用
option-measure = 计算什么
option-amount = 整数；none 表示不限，0 表示完全不允许
option-limit-role = 额度针对身份组的每位成员时，选择身份组
option-limit-member = 额度针对一位成员时，选择成员
option-allowance-role = 有此身份组的每位成员；以有配额的最高身份组为准
option-allowance-credits = 每人可用多少积分
option-period = 多久更新一次
option-carry = 最多结转多少未用积分；不填为 0
option-credits = 多少积分
option-credits-member = 谁的账户；不填为本服务器的公共积分
option-reason = 原因；会与积分一起记录
option-job = 图片文件名中的最后八位，或其消息链接
choice-whose-server = 整个服务器
choice-whose-everyone = 每位成员
choice-whose-role = 某身份组的每位成员
choice-whose-member = 一位成员
period-day = 每天
period-week = 每周
period-month = 每月
