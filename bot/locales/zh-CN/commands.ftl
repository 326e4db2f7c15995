### Discord 中显示的命令与选项的说明。

imagine-description = 用文字生成图片
edit-description = 用文字修改你自己的图片
balance-description = 你有多少、冻结多少、本月用了多少

option-prompt = 用自己的话描述图片内容
option-edit-prompt = 要改什么
option-model = 由哪个模型绘制；价格随之不同
option-aspect_ratio = 宽高比
option-resolution = 尺寸；越大越贵
option-count = 几张图片
option-thinking = 绘制前思考多久；越久越贵
option-image = 参考图片
option-private = 只有你能看到结果

option-edit-image = 要修改的图片
option-more-image = 另一张要用的图片

choice-model = { $model } · { $resolution } 需 { $price }
thinking-minimal = 最少
thinking-medium = 中等
thinking-high = 充分
