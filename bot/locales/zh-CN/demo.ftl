### 演示打开时的说明。

demo-greeting = 👋 **欢迎！这是运行在你电脑上的模拟 Discord 里的 Plantain。** 在下面的输入框里试试：
    1. `/imagine` 雪地里的红狐狸，日落
    2. `/edit` 写“变成水彩画，加一个月亮”，再加上 `image` 选项，选一张你自己的图片
    3. `/balance` 看看花了多少
demo-buttons = 按图片下面的按钮可以接着做：**编辑这张** 还能带上更多图片，**版本** 显示每一次修改，**收藏** 会在 `/gallery` 里标记它，那里分页列出你的全部图片。`/character save` 用名字保存某个角色的图片，在提示词里写 `@` 加名字就能让他出场。`/batch` 可以绘制整个文本文件，每行一条提示词。上方菜单可以在 You、Sam 和小美之间切换，各有各的积分；小美的 Discord 是中文的。
demo-styles = `/compose` 用带建议的表单拼出提示词。`style` 选项会附上已存的风格：可以先选 **Storybook**，再用 `/style save` 保存你自己的。`/settings` 里的“统一画风”会附加到每个人的提示词上。
demo-style-name = 故事书
demo-style-words = 水彩，柔和的光线，大量留白
demo-settings = You 管理这个服务器：用 `/settings` 决定在哪里使用、每次请求最多花多少，用 `/moderation` 设置屏蔽词。任何人都可以用 `/preferences` 换语言；其余请看 `/help`。
demo-stand-in = -# 图片由本机的替身程序免费绘制，不是真正的模型。在提示词里写 429、blocked、text only，或以 hang 结尾，可以看到出错时的样子；全部词语见 { $url }
demo-real = -# 图片来自你配置的上游服务，会产生费用。
