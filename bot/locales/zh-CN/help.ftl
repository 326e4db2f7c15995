### /help，以及新服务器里的第一张卡片。

help-description = 机器人能做什么、花多少、由谁付费
help-title = 🍌 **Plantain 可以生成和编辑图片。**
help-start = 输入 `/imagine` 描述想看到的画面，或用 `/edit` 加上你自己的图片，说明要改什么。图片下面的按钮可以接着做，任何消息的菜单里也有 **编辑这张图片**。
help-commands = **命令**
help-line = `{ $name }` { $about }
help-managers = **管理本服务器的人可用**
help-pays = **由谁付费：** { $payers }。
help-pays-first = **由谁付费：** { $payers }；由第一个付得起的全额支付。
help-price = 绘制前卡片上会写明价格，只有收到的图片才扣积分。
help-payer-team = 本频道的团队
help-payer-server = 服务器的公共积分（按你的身份组配额）
help-payer-member = 你自己的积分
help-trouble = 出问题时只有你会看到说明和下一步，不会扣积分。

welcome-title = 👋 **Plantain 来了：它可以生成和编辑图片。**
welcome-start = 每个人都可以马上用 `/imagine` 开始；其余请看 `/help`。
welcome-managers = 管理本服务器的人可以决定在哪里、由谁使用，每次请求最多花多少，以及用哪种语言。下面的按钮供他们使用；`/quota` 设置额度并分配公共积分，`/moderation` 设置屏蔽词。
