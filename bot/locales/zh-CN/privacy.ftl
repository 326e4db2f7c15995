### /privacy：保存了什么、导出副本、以及被遗忘。用大白话，不隐瞒。

privacy-description = 机器人保存了你的哪些数据，导出副本，或让它忘记你
privacy-title = 🔒 **Plantain 保存的你的数据**
privacy-kept = **保存什么：** 你的提示词、上传的图片和生成的图片、模型随图片说的话、你的角色、风格、收藏、提示词列表和偏好，以及你每一笔积分变动，都记在你的 Discord ID 下。
privacy-time = **保存多久：** 提示词和图片会保存到你删除它们或要求被忘记为止；角色和风格保存到你移除为止；没有用上的上传图片约一天；积分变动与机器人的账本一样久。
privacy-time-days = **保存多久：** 提示词和图片保存 { $days } 天，或到你删除它们、要求被忘记为止；角色和风格保存到你移除为止；没有用上的上传图片约一天；积分变动与机器人的账本一样久。
privacy-seen = **谁能看到：** 你自己；除非图片是私密的，还有能看到该频道的人；开启了请求日志的服务器的管理者；以及运行这个机器人的人。
privacy-sent = **发往哪里：** 提示词和相关图片会发给提供 Google 图像模型的公司，即 Google 或运行者选定的转售商，并按其规则处理。不会发送你的身份信息。
privacy-posted = **在 Discord 上：** 发布在那里的内容由 Discord 保存，直到消息被删除。
privacy-choices = 你可以导出全部数据（每小时一次），或让机器人忘记你。删除前会再问你一次。
button-export = 导出副本
button-forget = 忘记我……
button-privacy-policy = 隐私政策

forget-title = 🧹 **要忘记关于你的一切吗？**
forget-goes = **永久删除：** { $jobs ->
    [0] 你的提示词和图片（目前没有）
   *[other] { $jobs } 个请求及其提示词和图片
}、你的上传、模型随图片说的话、你的角色、风格、收藏和偏好，以及你剩余的 { $credits }。还在排队的会撤回；正在绘制的会先完成。
forget-stays = **保留：** 积分变动和请求花费，但用一个随机编号代替你；别人正在使用或也上传过的图片；你是否被停止服务或被限额。
forget-posted = **在 Discord 上：** 你的消息和频道里的图片会留下，画廊频道里的还带着你的名字。如果想删掉，请先用图片下面的 **删除**；之后它就不再属于你了。
forget-back = **如果你再回来**，一切从头开始，但不再有欢迎积分。已用掉的限额仍然计算：只以你 ID 的加密散列来记录。
button-forget-surely = 永久忘记我
forget-done = 🧹 已经忘记你：提示词和图片已删除，这里剩下的内容都不再指向你。如果再回来，一切从头开始。
forget-later = 🧹 正在为你绘制的图片完成后就会忘记你。在此之前不会为你绘制新图片，你无需再做什么。
forget-not = 没有任何改变：一切照旧。

export-begun = 📦 正在整理你的副本，会通过私信发给你，内容多时会分成几部分。
export-part = 📦 **你的副本，第 { $part } 部分**
export-done = 📦 你的副本已发到私信，共 { $parts } 部分。每张表是一个 JSON 文件，每张图片是一个文件。
export-done-here = 📦 因为你的私信已关闭，副本在下面，共 { $parts } 部分。每张表是一个 JSON 文件，每张图片是一个文件。
export-nothing = 📦 这里没有保存你的任何数据。

refusal-being-forgotten = 你要求机器人忘记你，但还没有完成。请一分钟后再试，到时一切从头开始。
refusal-export-too-soon = 你在过去一小时内已导出过副本。{ $minutes } 分钟后可以再次导出。
error-copy-cut = { $parts ->
    [0] Discord 没有接收你的副本。
   *[other] Discord 接收了副本的 { $parts } 部分，之后的没有接收。
}你可以马上再次导出。
nobody-named = 已被忘记的人
