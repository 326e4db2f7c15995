### 演示打开时的说明。

demo-greeting = 👋 **欢迎！这是在你电脑上的模拟 Discord 里运行的 Plantain。** 在下面的输入框里试试：
    1. `/imagine` 雪地里的红狐狸，日落
    2. `/edit` 写“变成水彩画，加一个月亮”，再加上 `image` 选项，选一张你自己的图片
    3. `/balance` 看看花了多少
demo-more = 用图片下面的按钮可以接着做。再试试 `/compose`、`style` 选项（输入 `Storybook`）、`/character save` 和提示词里的 `@名字`、附上文本文件的 `/batch`，以及 `/gallery`。You 管理这个服务器，规则在 `/settings` 里。上方菜单可以切换到 Sam 或小美，各有各的积分；小美的 Discord 是中文的。其余请看 `/help`。
demo-style-name = 故事书
demo-style-words = 水彩，柔和的光线，大量留白
demo-stand-in = -# 图片由本机的替身程序免费绘制，不是真正的模型。在提示词里写 429 或 blocked，可以看到出错时的样子；全部词语见 { $url }
demo-real = -# 图片来自你配置的上游服务，会产生费用。
