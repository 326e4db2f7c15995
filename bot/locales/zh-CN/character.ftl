### /character：以名字保存的图片。

character-description = 给图片起个名字保存下来，在提示词里用这个名字
character-save-description = 以一个名字保存一到四张图片；已有的名字会换成新图片
character-list-description = 你保存的角色
character-show-description = 查看一个角色的图片
character-remove-description = 不再保存一个角色
option-character = 让你的一个角色出场；在提示词里写“@名字”也可以
option-character-name = 文字、数字和下划线，最多 32 个
option-character-whom = 你的哪个角色
option-character-image = 能看清角色的图片
option-character-more = 这个角色的另一张图片

character-saved = 🎭 已保存 **{ $name }**，共 { $count } 张图片。
character-saved-anew = 🎭 **{ $name }** 已换成这 { $count } 张图片，之前的不再使用。
character-how = 使用 `/imagine` 或 `/edit` 时，在提示词里写 `@` 加名字，或在 `character` 选项里选择。可以有多个角色一起出场。
character-none = 🎭 你还没有保存角色。用 `/character save` 保存一个：一个名字和一到四张图片。
character-list = 🎭 **你的角色** · { $count }／{ $most }
character-line = { $number } · **{ $name }** · { $count } 张图片
character-strip-alt = 每个角色一行缩略图，编号与上面相同
character-shown = 🎭 **{ $name }** · { $count } 张图片
character-removed = 🎭 不再保存 **{ $name }**。已完成的图片不受影响，下面的 **再来一张** 仍然可用。
card-characters = { $size } · 角色：{ $names }

refusal-no-such-character = 你没有叫“{ $name }”的角色。`/character list` 可查看你保存的角色。
refusal-unusable-name = “{ $name }”不能用作角色的名字。请用文字、数字和下划线，最多 { $limit } 个字符。
refusal-too-many-characters = 你已保存 { $limit } 个角色，这是上限。请用 `/character remove` 删除一个，或保存到已有的名字下。
