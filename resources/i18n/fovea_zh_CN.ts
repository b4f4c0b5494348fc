<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>CommandLine</name>
    <message>
        <source>Runs the module named in the file&apos;s metadata (id, hyperparams) on its tensors (input; gate, location … where present) with its param.* and writes output and every attn.*. What the file holds under those names is never read.</source>
        <translation>按文件元数据所指定的模块（id、hyperparams），以其张量（input；如有则含 gate、location …）和 param.* 参数运行，并写出 output 和全部 attn.*。文件中原有的这些名称下的内容一概不读取。</translation>
    </message>
    <message>
        <source>The safetensors case.</source>
        <translation>safetensors 用例文件。</translation>
    </message>
    <message>
        <source>File to write.</source>
        <translation>要写入的文件。</translation>
    </message>
    <message>
        <source>Name the file to write with -o.</source>
        <translation>请用 -o 指定要写入的文件。</translation>
    </message>
    <message>
        <source>run the module a safetensors case names on its tensors</source>
        <translation>在 safetensors 用例的张量上运行其指定的模块</translation>
    </message>
    <message>
        <source>list the attention modules</source>
        <translation>列出注意力模块</translation>
    </message>
    <message>
        <source>usage: fovea [FILE]            open the window, on FILE if given
       fovea COMMAND --help    how to use a command

Commands:
</source>
        <translation>用法：fovea [FILE]            打开窗口；给出 FILE 时打开该文件
      fovea COMMAND --help    查看命令的用法

命令：
</translation>
    </message>
    <message>
        <source>Show this help.</source>
        <translation>显示此帮助。</translation>
    </message>
    <message>
        <source>Lists the attention modules.</source>
        <translation>列出注意力模块。</translation>
    </message>
    <message>
        <source>As JSON, with all parameters.</source>
        <translation>以 JSON 输出，含全部参数。</translation>
    </message>
    <message>
        <source>“%1” is no command or option; see fovea --help.</source>
        <translation>“%1”不是命令或选项；请查看 fovea --help。</translation>
    </message>
    <message>
        <source>Module id; see fovea modules.</source>
        <translation>模块 id；请查看 fovea modules。</translation>
    </message>
    <message>
        <source>A parameter of the module; may be repeated.</source>
        <translation>模块的一个参数；可重复给出。</translation>
    </message>
    <message>
        <source>The module&apos;s state_dict as a safetensors file.</source>
        <translation>模块的 state_dict，safetensors 文件。</translation>
    </message>
    <message>
        <source>Seed of random weights (1).</source>
        <translation>随机权重的种子（1）。</translation>
    </message>
    <message>
        <source>Output stride of the Retina: 4, 8, 16 or 32 (8).</source>
        <translation>Retina 的输出步幅：4、8、16 或 32（8）。</translation>
    </message>
    <message>
        <source>Which map of the module, by name.</source>
        <translation>按名称选择模块的图。</translation>
    </message>
    <message>
        <source>Channel maps: before, after or changed.</source>
        <translation>通道图：before、after 或 changed。</translation>
    </message>
    <message>
        <source>One channel instead of their mean.</source>
        <translation>显示单个通道，而非通道均值。</translation>
    </message>
    <message>
        <source>Query of a pairwise map as fractions of the picture (0.5,0.5).</source>
        <translation>成对图的查询位置，以图像宽高的比例表示（0.5,0.5）。</translation>
    </message>
    <message>
        <source>Who looks at the query, not where it looks.</source>
        <translation>显示谁关注查询，而非查询关注何处。</translation>
    </message>
    <message>
        <source>Colour map, such as viridis.</source>
        <translation>颜色图，例如 viridis。</translation>
    </message>
    <message>
        <source>Values of the two ends of the colours.</source>
        <translation>颜色两端对应的数值。</translation>
    </message>
    <message>
        <source>Opacity of the overlay, 0 to 1 (0.6).</source>
        <translation>叠加层的不透明度，0 到 1（0.6）。</translation>
    </message>
    <message>
        <source>Flat cells instead of smooth ones.</source>
        <translation>单元格平涂，不作平滑。</translation>
    </message>
    <message>
        <source>Add a colour bar and a caption.</source>
        <translation>添加颜色条和图注。</translation>
    </message>
    <message>
        <source>Write the numbers into this folder, too.</source>
        <translation>同时将数值写入此文件夹。</translation>
    </message>
    <message>
        <source>--%1 takes two numbers as %2, not “%3”.</source>
        <translation>--%1 需要形如 %2 的两个数，而不是“%3”。</translation>
    </message>
    <message>
        <source>There is no colour map “%1”; choose one of %2.</source>
        <translation>没有颜色图“%1”；请从 %2 中选择。</translation>
    </message>
    <message>
        <source>--range needs its first number below its second.</source>
        <translation>--range 的第一个数必须小于第二个数。</translation>
    </message>
    <message>
        <source>--mode is before, after or changed, not “%1”.</source>
        <translation>--mode 只能是 before、after 或 changed，而不是“%1”。</translation>
    </message>
    <message>
        <source>Name the file to write with -o and the module with --module.</source>
        <translation>请用 -o 指定要写入的文件，用 --module 指定模块。</translation>
    </message>
    <message>
        <source>There is no module “%1”; fovea modules lists them.</source>
        <translation>没有模块“%1”；可用 fovea modules 列出全部模块。</translation>
    </message>
    <message>
        <source>draw one module’s attention over a picture</source>
        <translation>在图像上绘制一个模块的注意力</translation>
    </message>
    <message>
        <source>Videos: h264, ffv1 (lossless) or mjpeg.</source>
        <translation>视频：h264、ffv1（无损）或 mjpeg。</translation>
    </message>
    <message>
        <source>Videos: the original to the left of the overlay.</source>
        <translation>视频：原画面放在叠加图左侧。</translation>
    </message>
    <message>
        <source>Videos: leave out the line which says what is shown.</source>
        <translation>视频：省去说明所示内容的那一行。</translation>
    </message>
    <message>
        <source>Videos: leave out the table of all frames.</source>
        <translation>视频：省去全部帧的表格。</translation>
    </message>
    <message>
        <source>--%1 is for pictures; name a .png to write.</source>
        <translation>--%1 用于图像；请指定要写入的 .png。</translation>
    </message>
    <message>
        <source>--%1 is for videos; name an .mp4, .mkv or .avi to write.</source>
        <translation>--%1 用于视频；请指定要写入的 .mp4、.mkv 或 .avi。</translation>
    </message>
    <message>
        <source>Draws the attention of one module over a picture or every frame of a video, at its own size.</source>
        <translation>在图像或视频的每一帧上绘制一个模块的注意力，保持原始尺寸。</translation>
    </message>
    <message>
        <source>“%1” does not go into “%2” here; choose one of %3.</source>
        <translation>此处“%1”不能写入“%2”；请从 %3 中选择。</translation>
    </message>
    <message>
        <source>Stopped; nothing was written.</source>
        <translation>已停止；未写入任何内容。</translation>
    </message>
    <message>
        <source>As a Markdown table.</source>
        <translation>输出为 Markdown 表格。</translation>
    </message>
    <message>
        <source>What makes the features: retina (default), fovea-v1, or a bundle&apos;s folder.</source>
        <translation>特征来自：retina（默认）、fovea-v1，或某个模型包的文件夹。</translation>
    </message>
    <message>
        <source>The finer input size of the model.</source>
        <translation>使用模型较精细的输入尺寸。</translation>
    </message>
    <message>
        <source>The model sees the central square alone.</source>
        <translation>模型只看中央的正方形区域。</translation>
    </message>
    <message>
        <source>The class activation map of this class instead of the module&apos;s map.</source>
        <translation>显示该类别的类激活图，而不是模块的图。</translation>
    </message>
    <message>
        <source>End the colours below the highest 2 % of the cells.</source>
        <translation>颜色上限不计最高的 2 % 单元格。</translation>
    </message>
    <message>
        <source>measure how well the maps of a trained bundle find objects</source>
        <translation>测量训练模型包的图找到物体的能力</translation>
    </message>
    <message>
        <source>Folder of the trained model bundle.</source>
        <translation>训练模型包的文件夹。</translation>
    </message>
    <message>
        <source>Folder of pictures with boxes.csv beside them.</source>
        <translation>图像文件夹，旁边放有 boxes.csv。</translation>
    </message>
    <message>
        <source>Modules to measure, separated by commas (all of the bundle).</source>
        <translation>要测量的模块，用逗号分隔（默认模型包的全部）。</translation>
    </message>
    <message>
        <source>Only so many pictures, evenly spaced over boxes.csv (all).</source>
        <translation>只用这么多图像，在 boxes.csv 中均匀选取（默认全部）。</translation>
    </message>
    <message>
        <source>Shorter side of the pictures as the network reads them (the bundle’s).</source>
        <translation>网络读取图像时的短边（默认模型包的值）。</translation>
    </message>
    <message>
        <source>CSV to write (the terminal).</source>
        <translation>要写入的 CSV（默认终端）。</translation>
    </message>
    <message>
        <source>Measures how well the maps of a bundle’s modules find objects, and how often its classes are right, with trained and with random weights. boxes.csv begins with the line file,class,x0,y0,x1,y1 and has one line per picture: its name in the folder, a class’s name of the bundle’s classes.json, and the object’s box in pixels, x0 ≤ x &lt; x1. Writes a table as CSV: point is the share of pictures on which the map’s largest value lies in the box; gain the share of its mass in the box over the box’s share of the area, 1 is chance; small are boxes under 35 % of the picture, off those with their centre more than 15 % away from its centre. Classes are compared inside their label group only.</source>
        <translation>测量模型包各模块的图找到物体的能力以及其类别的正确率，分别使用训练权重和随机权重。boxes.csv 以一行 file,class,x0,y0,x1,y1 开头，每幅图像一行：文件夹中的文件名、模型包 classes.json 中的类别名，以及以像素表示的物体框（x0 ≤ x &lt; x1）。结果以 CSV 表格写出：point 是图的最大值落在框内的图像份额；gain 是图落在框内的份额与框占面积份额之比，1 为随机水平；small 是占图像不到 35 % 的框，off 是中心偏离图像中心超过 15 % 的框。类别只在其标签组内比较。</translation>
    </message>
    <message>
        <source>Name the bundle with --bundle and the pictures with --data.</source>
        <translation>请用 --bundle 指定模型包，用 --data 指定图像。</translation>
    </message>
    <message>
        <source>--%1 takes a channel and its factor as %2, not “%3”.</source>
        <translation>--%1 需要一个通道及其系数，写作 %2，而不是“%3”。</translation>
    </message>
    <message>
        <source>The same with another share of the cells above the end, in percent.</source>
        <translation>同上，但以百分数指定高于上端的单元格比例。</translation>
    </message>
    <message>
        <source>Hide the overlay where the value is below this one.</source>
        <translation>数值低于此值处不显示叠加层。</translation>
    </message>
    <message>
        <source>So many lines of equal value, 0 to 32 (0).</source>
        <translation>等值线的条数，0 到 32（0）。</translation>
    </message>
    <message>
        <source>The value as brightness of the picture, not as a colour.</source>
        <translation>以图片的亮度而不是颜色表示数值。</translation>
    </message>
    <message>
        <source>Channels of the features which the module reads as 0.</source>
        <translation>模块读作 0 的特征通道。</translation>
    </message>
    <message>
        <source>Channels of the features; the module reads all others as 0.</source>
        <translation>特征通道；模块把其余通道都读作 0。</translation>
    </message>
    <message>
        <source>A factor of a channel; may be repeated.</source>
        <translation>一个通道的系数；可以重复。</translation>
    </message>
    <message>
        <source>Heads which are left out.</source>
        <translation>去掉的头。</translation>
    </message>
    <message>
        <source>There are no heads here; leave --%1 out.</source>
        <translation>这里没有头；请去掉 --%1。</translation>
    </message>
    <message>
        <source>One head of a pairwise map, or of all of them mean, max or min (mean).</source>
        <translation>成对图的某一个头；或各头的 mean（平均）、max（最大）、min（最小），默认 mean。</translation>
    </message>
    <message>
        <source>
Options: --help, --version
Exit status: 0 done, 1 failed, 2 wrong usage.
Output which cannot be written, as to a full disk or a closed pipe, is a failure.</source>
        <translation>
选项：--help、--version
退出状态：0 完成，1 失败，2 用法错误。
输出无法写入（如磁盘已满或管道已关闭）也算失败。</translation>
    </message>
    <message>
        <source>Not everything could be written to standard output (%1); send it to another place.</source>
        <translation>未能将全部内容写入标准输出（%1）；请改为输出到别处。</translation>
    </message>
    <message>
        <source>What is written is .%1, not .%2; choose a name which ends in .%1.</source>
        <translation>写出的是 .%1 文件，不是 .%2；请选择以 .%1 结尾的名称。</translation>
    </message>
    <message>
        <source>A picture (PNG, JPEG, WebP, BMP, TIFF or PNM), a video, a folder of pictures, or the address of a stream, of which one picture is taken.</source>
        <translation>一幅图像（PNG、JPEG、WebP、BMP、TIFF 或 PNM）、一个视频、一个图像文件夹，或一个视频流地址（从中取一幅图像）。</translation>
    </message>
    <message>
        <source>Picture to write (.png, .jpg, .tif or .webp), or of a video or folder an .mp4, .mkv or .avi; its description goes beside it as .json.</source>
        <translation>要写入的图片（.png、.jpg、.tif 或 .webp）；输入为视频或文件夹时为 .mp4、.mkv 或 .avi；说明文件以 .json 存放在旁边。</translation>
    </message>
    <message>
        <source>There is not enough memory for another thread; end other programs.</source>
        <translation>内存不足，无法再启动线程；请关闭其他程序。</translation>
    </message>
    <message>
        <source>The window cannot be opened without a display; start Fovea in a desktop session, or draw into a file with “fovea render” (see fovea render --help).</source>
        <translation>没有可用的显示器，无法打开窗口；请在桌面会话中启动 Fovea，或用“fovea render”绘制到文件（参见 fovea render --help）。</translation>
    </message>
</context>
<context>
    <name>ModelText</name>
    <message>
        <source>Right answers with it: %1 of Imagenette’s 10 classes (%2 without), %3 of Tiny-ImageNet’s 200 (%4 without).</source>
        <translation>带该机制的正确率：Imagenette 10 类 %1（不带为 %2），Tiny-ImageNet 200 类 %3（不带为 %4）。</translation>
    </message>
    <message>
        <source>peak in the object</source>
        <translation>峰值在物体内</translation>
    </message>
    <message>
        <source>gain</source>
        <translation>增益</translation>
    </message>
    <message>
        <source>trained</source>
        <translation>已训练</translation>
    </message>
    <message>
        <source>untrained</source>
        <translation>未训练</translation>
    </message>
    <message>
        <source>centred blob</source>
        <translation>居中高斯</translation>
    </message>
    <message>
        <source>Gain: the share of the map inside the object’s box over the box’s share of the picture; 1 is chance.</source>
        <translation>增益：图落在物体框内的份额与框占图像份额之比；1 为随机水平。</translation>
    </message>
    <message>
        <source>These weights were drawn at random: the pattern shows the mechanism, not the image.</source>
        <translation>这些权重是随机抽取的：图案显示的是机制，而不是图像。</translation>
    </message>
    <message>
        <source>%1 has no trained weights for this mechanism.</source>
        <translation>%1 没有这个机制的训练权重。</translation>
    </message>
    <message>
        <source>This mechanism learns nothing.</source>
        <translation>这个机制没有可学习的参数。</translation>
    </message>
    <message>
        <source>Read from your file; what they were trained for is not known here.</source>
        <translation>读自您的文件；这里不知道它们为何而训练。</translation>
    </message>
</context>
<context>
    <name>SaveDialog</name>
    <message>
        <source>%1 pictures (%2)</source>
        <translation>%1 图片 (%2)</translation>
    </message>
</context>
<context>
    <name>engine</name>
    <message>
        <source>A parameter is given as name=value, not “%1”.</source>
        <translation>参数须写成 name=value，而不是“%1”。</translation>
    </message>
    <message>
        <source>The clipboard holds no picture; copy one first.</source>
        <translation>剪贴板中没有图像；请先复制一幅。</translation>
    </message>
    <message>
        <source>The map “%1” has %2 values, more than %3 MB; choose a larger stride.</source>
        <translation>图“%1”有 %2 个值，超过 %3 MB；请选择更大的步幅。</translation>
    </message>
    <message>
        <source>%1 gives values which are not finite in its map “%2”; choose other weights or parameters.</source>
        <translation>%1 的图“%2”中出现非有限值；请选择其他权重或参数。</translation>
    </message>
    <message>
        <source>%1 gives an output with values which are not finite; choose other weights or parameters.</source>
        <translation>%1 的输出中出现非有限值；请选择其他权重或参数。</translation>
    </message>
    <message>
        <source>There is no parameter “%1”; this mechanism has none.</source>
        <translation>没有参数“%1”；该机制没有参数。</translation>
    </message>
    <message>
        <source>There is no parameter “%1”; choose one of: %2.</source>
        <translation>没有参数“%1”；请选择其中之一：%2。</translation>
    </message>
    <message>
        <source>The parameter “%1” needs true or false, not “%2”.</source>
        <translation>参数“%1”需要 true 或 false，而不是“%2”。</translation>
    </message>
    <message>
        <source>The parameter “%1” needs one of its choices, not “%2”.</source>
        <translation>参数“%1”需要其选项之一，而不是“%2”。</translation>
    </message>
    <message>
        <source>The parameter “%1” needs a list of its choices, not “%2”.</source>
        <translation>参数“%1”需要由其选项组成的列表，而不是“%2”。</translation>
    </message>
    <message>
        <source>The parameter “%1” needs two fractions such as 0.3,0.7, not “%2”.</source>
        <translation>参数“%1”需要两个比例值，例如 0.3,0.7，而不是“%2”。</translation>
    </message>
    <message>
        <source>The parameter “%1” has no choice “%2”; choose from: %3.</source>
        <translation>参数“%1”没有选项“%2”；请从中选择：%3。</translation>
    </message>
    <message>
        <source>The parameter “%1” has “%2” twice; give it once.</source>
        <translation>参数“%1”中“%2”出现了两次；只需给出一次。</translation>
    </message>
    <message>
        <source>The parameters are not a JSON object such as {&quot;reduction&quot;: 16}.</source>
        <translation>参数不是 JSON 对象；应形如 {&quot;reduction&quot;: 16}。</translation>
    </message>
    <message>
        <source>The weights lack the tensor “%1” (%2); save the module&apos;s whole state_dict.</source>
        <translation>权重缺少张量“%1”（%2）；请保存模块的完整 state_dict。</translation>
    </message>
    <message>
        <source>The weight tensor “%1” has the shape %2 where %3 is needed; choose weights made for these features and parameters.</source>
        <translation>权重张量“%1”的形状为 %2，而此处需要 %3；请选择与这些特征和参数匹配的权重。</translation>
    </message>
    <message>
        <source>The weight tensor “%1” contains values which are not finite; choose other weights.</source>
        <translation>权重张量“%1”含有非有限值；请选择其他权重。</translation>
    </message>
    <message>
        <source>This mechanism has no weights, but the tensor “%1” was given; choose no weights.</source>
        <translation>该机制没有权重，却给出了张量“%1”；请不要选择权重。</translation>
    </message>
    <message>
        <source>The weights hold the tensor “%1”, which this mechanism does not have with these parameters; choose weights made for it.</source>
        <translation>权重中含有张量“%1”，而该机制在这些参数下没有此张量；请选择与其匹配的权重。</translation>
    </message>
    <message>
        <source>OpenCV could not process the picture (%1); try a smaller one.</source>
        <translation>OpenCV 无法处理该图像（%1）；请尝试更小的图像。</translation>
    </message>
    <message>
        <source>brightness, fine</source>
        <translation>亮度，细</translation>
    </message>
    <message>
        <source>brightness, medium</source>
        <translation>亮度，中</translation>
    </message>
    <message>
        <source>brightness, coarse</source>
        <translation>亮度，粗</translation>
    </message>
    <message>
        <source>red–green, fine</source>
        <translation>红–绿，细</translation>
    </message>
    <message>
        <source>red–green, medium</source>
        <translation>红–绿，中</translation>
    </message>
    <message>
        <source>red–green, coarse</source>
        <translation>红–绿，粗</translation>
    </message>
    <message>
        <source>blue–yellow, fine</source>
        <translation>蓝–黄，细</translation>
    </message>
    <message>
        <source>blue–yellow, medium</source>
        <translation>蓝–黄，中</translation>
    </message>
    <message>
        <source>blue–yellow, coarse</source>
        <translation>蓝–黄，粗</translation>
    </message>
    <message>
        <source>edges 0°, fine</source>
        <translation>0° 边缘，细</translation>
    </message>
    <message>
        <source>edges 22.5°, fine</source>
        <translation>22.5° 边缘，细</translation>
    </message>
    <message>
        <source>edges 45°, fine</source>
        <translation>45° 边缘，细</translation>
    </message>
    <message>
        <source>edges 67.5°, fine</source>
        <translation>67.5° 边缘，细</translation>
    </message>
    <message>
        <source>edges 90°, fine</source>
        <translation>90° 边缘，细</translation>
    </message>
    <message>
        <source>edges 112.5°, fine</source>
        <translation>112.5° 边缘，细</translation>
    </message>
    <message>
        <source>edges 135°, fine</source>
        <translation>135° 边缘，细</translation>
    </message>
    <message>
        <source>edges 157.5°, fine</source>
        <translation>157.5° 边缘，细</translation>
    </message>
    <message>
        <source>edges 0°, medium</source>
        <translation>0° 边缘，中</translation>
    </message>
    <message>
        <source>edges 22.5°, medium</source>
        <translation>22.5° 边缘，中</translation>
    </message>
    <message>
        <source>edges 45°, medium</source>
        <translation>45° 边缘，中</translation>
    </message>
    <message>
        <source>edges 67.5°, medium</source>
        <translation>67.5° 边缘，中</translation>
    </message>
    <message>
        <source>edges 90°, medium</source>
        <translation>90° 边缘，中</translation>
    </message>
    <message>
        <source>edges 112.5°, medium</source>
        <translation>112.5° 边缘，中</translation>
    </message>
    <message>
        <source>edges 135°, medium</source>
        <translation>135° 边缘，中</translation>
    </message>
    <message>
        <source>edges 157.5°, medium</source>
        <translation>157.5° 边缘，中</translation>
    </message>
    <message>
        <source>edges 0°, coarse</source>
        <translation>0° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 22.5°, coarse</source>
        <translation>22.5° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 45°, coarse</source>
        <translation>45° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 67.5°, coarse</source>
        <translation>67.5° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 90°, coarse</source>
        <translation>90° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 112.5°, coarse</source>
        <translation>112.5° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 135°, coarse</source>
        <translation>135° 边缘，粗</translation>
    </message>
    <message>
        <source>edges 157.5°, coarse</source>
        <translation>157.5° 边缘，粗</translation>
    </message>
    <message>
        <source>local contrast, fine</source>
        <translation>局部对比度，细</translation>
    </message>
    <message>
        <source>local contrast, medium</source>
        <translation>局部对比度，中</translation>
    </message>
    <message>
        <source>local contrast, coarse</source>
        <translation>局部对比度，粗</translation>
    </message>
    <message>
        <source>motion, fine</source>
        <translation>运动，细</translation>
    </message>
    <message>
        <source>motion, coarse</source>
        <translation>运动，粗</translation>
    </message>
    <message>
        <source>motion, growing brighter</source>
        <translation>运动，变亮</translation>
    </message>
    <message>
        <source>motion, growing darker</source>
        <translation>运动，变暗</translation>
    </message>
    <message>
        <source>CBAM needs at least one kind of pooling; choose avg, max or both.</source>
        <translation>CBAM 至少需要一种池化；请选择 avg、max 或两者。</translation>
    </message>
    <message>
        <source>Spatial gate</source>
        <translation>空间门控</translation>
    </message>
    <message>
        <source>Channel gate</source>
        <translation>通道门控</translation>
    </message>
    <message>
        <source>Convolutional block attention module</source>
        <translation>卷积块注意力模块</translation>
    </message>
    <message>
        <source>Weighs the channels first and then the positions of what remains.</source>
        <translation>先对通道加权，再对所得结果的各位置加权。</translation>
    </message>
    <message>
        <source>Reduction</source>
        <translation>缩减比</translation>
    </message>
    <message>
        <source>How many times fewer channels the hidden layer has.</source>
        <translation>隐藏层的通道数缩减为几分之一。</translation>
    </message>
    <message>
        <source>Pooling</source>
        <translation>池化</translation>
    </message>
    <message>
        <source>What the channel gate sees of each channel: its mean, its maximum or both.</source>
        <translation>通道门控从每个通道看到什么：均值、最大值或两者。</translation>
    </message>
    <message>
        <source>Channel gate only</source>
        <translation>仅通道门控</translation>
    </message>
    <message>
        <source>Leaves the spatial gate out.</source>
        <translation>省去空间门控。</translation>
    </message>
    <message>
        <source>Coordinate gate</source>
        <translation>坐标门控</translation>
    </message>
    <message>
        <source>Row gate</source>
        <translation>行门控</translation>
    </message>
    <message>
        <source>Column gate</source>
        <translation>列门控</translation>
    </message>
    <message>
        <source>Coordinate attention</source>
        <translation>坐标注意力</translation>
    </message>
    <message>
        <source>Weighs each channel by one gate along the rows and one along the columns.</source>
        <translation>每个通道用两个门控加权：一个沿行，一个沿列。</translation>
    </message>
    <message>
        <source>How many times fewer channels the hidden layer has; it keeps at least 8.</source>
        <translation>隐藏层的通道数缩减为几分之一；至少保留 8 个。</translation>
    </message>
    <message>
        <source>ECA needs an odd kernel size, not %1; choose an odd number, or 0 to let the channels decide.</source>
        <translation>ECA 的核大小须为奇数，不能是 %1；请选择奇数，或用 0 由通道数决定。</translation>
    </message>
    <message>
        <source>Efficient channel attention</source>
        <translation>高效通道注意力</translation>
    </message>
    <message>
        <source>Weighs each channel by the means of a few neighbouring channels.</source>
        <translation>用少数几个相邻通道的均值为每个通道加权。</translation>
    </message>
    <message>
        <source>Kernel size</source>
        <translation>核大小</translation>
    </message>
    <message>
        <source>How many neighbouring channels count, an odd number; 0 lets the number of channels decide.</source>
        <translation>参与计算的相邻通道数，须为奇数；0 表示由通道总数决定。</translation>
    </message>
    <message>
        <source>GC needs at least one fusion; choose channel_add, channel_mul or both.</source>
        <translation>GC 至少需要一种融合；请选择 channel_add、channel_mul 或两者。</translation>
    </message>
    <message>
        <source>GC has nothing to compute: its ratio leaves no hidden channel of %1; choose a ratio of at least 1/%1.</source>
        <translation>GC 无法计算：其比例使 %1 个通道没有剩下任何隐藏通道；请选择不小于 1/%1 的比例。</translation>
    </message>
    <message>
        <source>Added to each channel</source>
        <translation>各通道的加项</translation>
    </message>
    <message>
        <source>Context weights</source>
        <translation>上下文权重</translation>
    </message>
    <message>
        <source>Global context block</source>
        <translation>全局上下文块</translation>
    </message>
    <message>
        <source>Gathers one context from all positions by one map and gives it back to every position.</source>
        <translation>用一张图从所有位置汇集一个上下文，再送回每个位置。</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Hidden channels as a fraction of the channels.</source>
        <translation>隐藏通道数占通道数的比例。</translation>
    </message>
    <message>
        <source>How the context is gathered: by a learned map (att) or as the plain mean (avg).</source>
        <translation>如何汇集上下文：用学习得到的图（att）或取简单均值（avg）。</translation>
    </message>
    <message>
        <source>Fusion</source>
        <translation>融合</translation>
    </message>
    <message>
        <source>How the context returns: as a factor, as a term or both.</source>
        <translation>上下文如何返回：作为因子、作为加项或两者。</translation>
    </message>
    <message>
        <source>Top-k cannot rank features which are not finite.</source>
        <translation>Top-k 无法对非有限的特征排序。</translation>
    </message>
    <message>
        <source>Selected positions</source>
        <translation>选中的位置</translation>
    </message>
    <message>
        <source>Saliency</source>
        <translation>显著性</translation>
    </message>
    <message>
        <source>Hard top-k selection of positions</source>
        <translation>位置的硬性 top-k 选择</translation>
    </message>
    <message>
        <source>Keeps the most salient positions and sets all others to zero; nothing is learned.</source>
        <translation>保留最显著的位置，其余全部置零；不学习任何参数。</translation>
    </message>
    <message>
        <source>Share kept</source>
        <translation>保留比例</translation>
    </message>
    <message>
        <source>Fraction of the positions which is kept; at least one always is.</source>
        <translation>保留的位置所占比例；始终至少保留一个。</translation>
    </message>
    <message>
        <source>What ranks the positions: mean of absolute values, length of the vector, or plain mean.</source>
        <translation>位置排序的依据：绝对值的均值、向量长度或简单均值。</translation>
    </message>
    <message>
        <source>%1 channels cannot be shared out evenly among %2 heads; choose one of these numbers of heads: %3.</source>
        <translation>%1 个通道无法平均分给 %2 个头；请选择以下头数之一：%3。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Attention matrix</source>
        <translation>注意力矩阵</translation>
    </message>
    <message>
        <source>Multi-head self-attention</source>
        <translation>多头自注意力</translation>
    </message>
    <message>
        <source>Lets every position gather from all positions, once per head, as vision transformers do.</source>
        <translation>让每个位置从所有位置汇集信息，每个头一次，与视觉 Transformer 相同。</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>头数</translation>
    </message>
    <message>
        <source>How many attention matrices share the channels; it must divide their number.</source>
        <translation>有多少个注意力矩阵分享各通道；必须能整除通道数。</translation>
    </message>
    <message>
        <source>Query, key and value biases</source>
        <translation>查询、键和值的偏置</translation>
    </message>
    <message>
        <source>Whether query, key and value add a learned constant.</source>
        <translation>查询、键和值是否加上学习得到的常数。</translation>
    </message>
    <message>
        <source>SAGAN self-attention</source>
        <translation>SAGAN 自注意力</translation>
    </message>
    <message>
        <source>Lets every position gather from all positions whose key resembles its query.</source>
        <translation>让每个位置从键与其查询相似的所有位置汇集信息。</translation>
    </message>
    <message>
        <source>Squeeze-and-excitation</source>
        <translation>挤压-激励</translation>
    </message>
    <message>
        <source>Weighs each channel by a small network which sees the mean of every channel.</source>
        <translation>用一个看到所有通道均值的小网络为每个通道加权。</translation>
    </message>
    <message>
        <source>Biases</source>
        <translation>偏置</translation>
    </message>
    <message>
        <source>Whether both layers add a learned constant.</source>
        <translation>两层是否都加上学习得到的常数。</translation>
    </message>
    <message>
        <source>SimAM needs at least two positions; choose a smaller stride or a larger picture.</source>
        <translation>SimAM 至少需要两个位置；请选择更小的步幅或更大的图像。</translation>
    </message>
    <message>
        <source>Energy gate</source>
        <translation>能量门控</translation>
    </message>
    <message>
        <source>Parameter-free energy attention</source>
        <translation>无参数能量注意力</translation>
    </message>
    <message>
        <source>Weighs every value by how far it stands out from its channel; nothing is learned.</source>
        <translation>按每个值在其通道中的突出程度加权；不学习任何参数。</translation>
    </message>
    <message>
        <source>Regulariser λ</source>
        <translation>正则化项 λ</translation>
    </message>
    <message>
        <source>Added to each channel&apos;s variance; a large value flattens the map.</source>
        <translation>加到每个通道的方差上；值越大，图越平坦。</translation>
    </message>
    <message>
        <source>SRM needs at least two positions; choose a smaller stride or a larger picture.</source>
        <translation>SRM 至少需要两个位置；请选择更小的步幅或更大的图像。</translation>
    </message>
    <message>
        <source>Style-based recalibration</source>
        <translation>基于风格的重标定</translation>
    </message>
    <message>
        <source>Weighs each channel by its own mean and spread, its style.</source>
        <translation>用每个通道自身的均值和离散度（即其风格）加权。</translation>
    </message>
    <message>
        <source>The file does not say which mechanism to run; give it the metadata “id”.</source>
        <translation>文件未说明要运行哪个机制；请在元数据中给出“id”。</translation>
    </message>
    <message>
        <source>There is no mechanism “%1”; “fovea modules” lists all of them.</source>
        <translation>没有机制“%1”；可用“fovea modules”列出全部机制。</translation>
    </message>
    <message>
        <source>The file has no tensor “input”; add one of the shape C×H×W.</source>
        <translation>文件中没有张量“input”；请添加一个形状为 C×H×W 的张量。</translation>
    </message>
    <message>
        <source>The tensor “input” has the shape %1; it must be C×H×W, or T×C×H×W for T frames, and not empty.</source>
        <translation>张量“input”的形状为 %1；它必须是 C×H×W，T 帧时为 T×C×H×W，且不能为空。</translation>
    </message>
    <message>
        <source>The tensor “input” contains values which are not finite; remove them.</source>
        <translation>张量“input”含有非有限值；请将其去除。</translation>
    </message>
    <message>
        <source>The hyper-parameter “%1” is %2, but “input” has %3; make them agree.</source>
        <translation>超参数“%1”为 %2，而“input”为 %3；请使两者一致。</translation>
    </message>
    <message>
        <source>%1 works on one picture, but “input” has %2 frames; give it one of them.</source>
        <translation>%1 只处理单幅图像，而“input”有 %2 帧；请只给出其中一帧。</translation>
    </message>
    <message>
        <source>The computation was stopped.</source>
        <translation>计算已停止。</translation>
    </message>
    <message>
        <source>%1 needs more memory than there is; choose a larger stride or a smaller picture.</source>
        <translation>%1 所需内存超过可用内存；请选择更大的步幅或更小的图像。</translation>
    </message>
    <message>
        <source>%1 failed (%2); choose other parameters or weights.</source>
        <translation>%1 运行失败（%2）；请选择其他参数或权重。</translation>
    </message>
    <message>
        <source>%1 compares several frames and this is a single picture; choose another mechanism.</source>
        <translation>%1 需要比较多帧，而这是单幅图像；请选择其他机制。</translation>
    </message>
    <message>
        <source>There is no picture; open one.</source>
        <translation>没有图像；请打开一幅。</translation>
    </message>
    <message>
        <source>Inferno</source>
        <translation>Inferno</translation>
    </message>
    <message>
        <source>Viridis</source>
        <translation>Viridis</translation>
    </message>
    <message>
        <source>Magma</source>
        <translation>Magma</translation>
    </message>
    <message>
        <source>Cividis</source>
        <translation>Cividis</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>Blue–red</source>
        <translation>蓝–红</translation>
    </message>
    <message>
        <source>Purple–green</source>
        <translation>紫–绿</translation>
    </message>
    <message>
        <source>The matrix “%1” does not fit its grids; run the module again.</source>
        <translation>矩阵“%1”与其网格不符；请重新运行模块。</translation>
    </message>
    <message>
        <source>The map “%1” is not a matrix; choose another map.</source>
        <translation>图“%1”不是矩阵；请选择其他图。</translation>
    </message>
    <message>
        <source>The map “%1” of %2 does not fit its features; run the module again.</source>
        <translation>%2 的图“%1”与其特征不符；请重新运行模块。</translation>
    </message>
    <message>
        <source>The picture of the map “%1” of %2 has values which are not finite; choose other weights or parameters.</source>
        <translation>%2 的图“%1”绘制结果中有非有限值；请选择其他权重或参数。</translation>
    </message>
    <message>
        <source>There is no channel %1; choose one from 0 to %2.</source>
        <translation>没有通道 %1；请从 0 到 %2 中选择。</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>what attention changed</source>
        <translation>注意力带来的变化</translation>
    </message>
    <message>
        <source>The map “%1” of %2 does not multiply the features; choose “before” or one channel.</source>
        <translation>%2 的图“%1”不与特征相乘；请选择“之前”或单个通道。</translation>
    </message>
    <message>
        <source>mean over channels</source>
        <translation>通道均值</translation>
    </message>
    <message>
        <source>to the query</source>
        <translation>指向查询</translation>
    </message>
    <message>
        <source>from the query</source>
        <translation>从查询出发</translation>
    </message>
    <message>
        <source>The map “%1” of %2 has no place on the picture; choose another map.</source>
        <translation>%2 的图“%1”在图像上没有对应位置；请选择其他图。</translation>
    </message>
    <message>
        <source>%1 gives no map which has a place on the picture; choose another module.</source>
        <translation>%1 没有在图像上有对应位置的图；请选择其他模块。</translation>
    </message>
    <message>
        <source>%1 has no map “%2”; choose one of: %3.</source>
        <translation>%1 没有图“%2”；请选择其中之一：%3。</translation>
    </message>
    <message>
        <source>There is no result of the module “%1” yet; choose it in the list.</source>
        <translation>模块“%1”尚无结果；请在列表中选择它。</translation>
    </message>
    <message>
        <source>There are no features yet; open a picture.</source>
        <translation>尚无特征；请打开图像。</translation>
    </message>
    <message>
        <source>There is no picture yet; open one.</source>
        <translation>尚无图像；请打开一幅。</translation>
    </message>
    <message>
        <source>%1 has no matrix “%2”; choose another map.</source>
        <translation>%1 没有矩阵“%2”；请选择其他图。</translation>
    </message>
    <message>
        <source>upper left</source>
        <translation>左上</translation>
    </message>
    <message>
        <source>top</source>
        <translation>上方</translation>
    </message>
    <message>
        <source>upper right</source>
        <translation>右上</translation>
    </message>
    <message>
        <source>left</source>
        <translation>左侧</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>中央</translation>
    </message>
    <message>
        <source>right</source>
        <translation>右侧</translation>
    </message>
    <message>
        <source>lower left</source>
        <translation>左下</translation>
    </message>
    <message>
        <source>bottom</source>
        <translation>下方</translation>
    </message>
    <message>
        <source>lower right</source>
        <translation>右下</translation>
    </message>
    <message>
        <source>The picture could not be painted (%1); make the view smaller.</source>
        <translation>图像无法绘制（%1）；请缩小视图。</translation>
    </message>
    <message>
        <source>Opening was stopped.</source>
        <translation>打开已停止。</translation>
    </message>
    <message>
        <source>“%1” is an animation; save one of its pictures as a file of its own.</source>
        <translation>“%1”是动画；请将其中一帧另存为单独的文件。</translation>
    </message>
    <message>
        <source>“%1” is cut off or damaged; choose an intact copy of this %2 file.</source>
        <translation>“%1”不完整或已损坏；请选择此 %2 文件的完好副本。</translation>
    </message>
    <message>
        <source>“%1” is empty; choose another file.</source>
        <translation>“%1”为空；请选择其他文件。</translation>
    </message>
    <message>
        <source>“%1” is not a picture of a kind read here; choose a PNG, JPEG, WebP, BMP, TIFF or PNM file.</source>
        <translation>“%1”不是可读取的图像类型；请选择 PNG、JPEG、WebP、BMP、TIFF 或 PNM 文件。</translation>
    </message>
    <message>
        <source>“%1” has %2 × %3 pixels, more than the 100 megapixels allowed; reduce it first.</source>
        <translation>“%1”有 %2 × %3 像素，超过允许的 1 亿像素；请先缩小。</translation>
    </message>
    <message>
        <source>“%1” cannot be decoded (%2); save it again as PNG.</source>
        <translation>“%1”无法解码（%2）；请重新保存为 PNG。</translation>
    </message>
    <message>
        <source>“%1” stores its colours in a depth which is not read here; save it with 8 bits a channel.</source>
        <translation>“%1”的颜色位深无法读取；请以每通道 8 位保存。</translation>
    </message>
    <message>
        <source>There is no file “%1”; check its path.</source>
        <translation>没有文件“%1”；请检查路径。</translation>
    </message>
    <message>
        <source>“%1” cannot be read (%2); choose another file.</source>
        <translation>“%1”无法读取（%2）；请选择其他文件。</translation>
    </message>
    <message>
        <source>“%1” is a folder; choose a file in it.</source>
        <translation>“%1”是文件夹；请选择其中的文件。</translation>
    </message>
    <message>
        <source>“%1” is a device or a pipe, not a file; save its data to a file first.</source>
        <translation>“%1”是设备或管道，不是文件；请先将其数据保存为文件。</translation>
    </message>
    <message>
        <source>“%1” has %2 bytes, more than the %3 allowed; choose a smaller file.</source>
        <translation>“%1”有 %2 字节，超过允许的 %3；请选择更小的文件。</translation>
    </message>
    <message>
        <source>“%1”: tensor “%2” has the type “%3”, which is not read here; save it as F32.</source>
        <translation>“%1”：张量“%2”的类型为“%3”，无法读取；请保存为 F32。</translation>
    </message>
    <message>
        <source>“%1”: the shape of tensor “%2” is too large; save the file again.</source>
        <translation>“%1”：张量“%2”的形状过大；请重新保存文件。</translation>
    </message>
    <message>
        <source>“%1”: the data of tensor “%2” lies outside the file; the file is cut off or damaged, save it again.</source>
        <translation>“%1”：张量“%2”的数据超出文件范围；文件不完整或已损坏，请重新保存。</translation>
    </message>
    <message>
        <source>“%1”: tensor “%2” has %3 bytes, but its shape needs %4; save the file again.</source>
        <translation>“%1”：张量“%2”有 %3 字节，而其形状需要 %4；请重新保存文件。</translation>
    </message>
    <message>
        <source>“%1”: the data of tensor “%2” does not follow the tensor before it; save the file again.</source>
        <translation>“%1”：张量“%2”的数据未紧接前一个张量；请重新保存文件。</translation>
    </message>
    <message>
        <source>“%1” has %2 bytes which belong to no tensor; save the file again.</source>
        <translation>“%1”有 %2 字节不属于任何张量；请重新保存文件。</translation>
    </message>
    <message>
        <source>“%1” is not a safetensors file or is cut off; choose a file written by safetensors.</source>
        <translation>“%1”不是 safetensors 文件或不完整；请选择由 safetensors 写出的文件。</translation>
    </message>
    <message>
        <source>“%1” has “%2” twice in its header; save the file again.</source>
        <translation>“%1”的文件头中“%2”出现了两次；请重新保存文件。</translation>
    </message>
    <message>
        <source>“%1”: the header entry of tensor “%2” is damaged; save the file again.</source>
        <translation>“%1”：张量“%2”的文件头条目已损坏；请重新保存文件。</translation>
    </message>
    <message>
        <source>“%1” has a damaged header; choose a file written by safetensors.</source>
        <translation>“%1”的文件头已损坏；请选择由 safetensors 写出的文件。</translation>
    </message>
    <message>
        <source>There is no picture to write; open one first.</source>
        <translation>没有可写入的图像；请先打开一幅。</translation>
    </message>
    <message>
        <source>There is no room for “%1”; free some space or choose another folder.</source>
        <translation>没有空间写入“%1”；请释放一些空间或选择其他文件夹。</translation>
    </message>
    <message>
        <source>“%1” cannot be written (%2); choose another folder.</source>
        <translation>无法写入“%1”（%2）；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>“%1” is not a file which can be replaced; choose another name.</source>
        <translation>“%1”不是可以替换的文件；请换一个名称。</translation>
    </message>
    <message>
        <source>The folder “%1” cannot be made (%2); choose another folder.</source>
        <translation>无法创建文件夹“%1”（%2）；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>“%1” cannot begin a file name; choose a name without “/”.</source>
        <translation>文件名不能以“%1”开头；请使用不含“/”的名称。</translation>
    </message>
    <message>
        <source>There is no result of “%1” to export; run it first.</source>
        <translation>没有“%1”的结果可导出；请先运行它。</translation>
    </message>
    <message>
        <source>The Retina cannot work with a stride of %1; choose 4, 8, 16 or 32.</source>
        <translation>Retina 不支持步幅 %1；请选择 4、8、16 或 32。</translation>
    </message>
    <message>
        <source>The Retina cannot work at a size of %1 pixels; choose 1 to %2.</source>
        <translation>Retina 无法在 %1 像素的尺寸下工作；请选择 1 到 %2。</translation>
    </message>
    <message>
        <source>The Retina needs an 8-bit colour picture; open another picture.</source>
        <translation>Retina 需要 8 位彩色图像；请打开其他图像。</translation>
    </message>
    <message>
        <source>The memory does not suffice for this picture; choose a larger stride.</source>
        <translation>内存不足以处理此图像；请选择更大的步幅。</translation>
    </message>
    <message>
        <source>bright spots, finest</source>
        <translation>亮斑，最细</translation>
    </message>
    <message>
        <source>dark spots, finest</source>
        <translation>暗斑，最细</translation>
    </message>
    <message>
        <source>bright spots, fine</source>
        <translation>亮斑，细</translation>
    </message>
    <message>
        <source>dark spots, fine</source>
        <translation>暗斑，细</translation>
    </message>
    <message>
        <source>bright spots, medium</source>
        <translation>亮斑，中</translation>
    </message>
    <message>
        <source>dark spots, medium</source>
        <translation>暗斑，中</translation>
    </message>
    <message>
        <source>bright spots, coarse</source>
        <translation>亮斑，粗</translation>
    </message>
    <message>
        <source>dark spots, coarse</source>
        <translation>暗斑，粗</translation>
    </message>
    <message>
        <source>bright spots, coarsest</source>
        <translation>亮斑，最粗</translation>
    </message>
    <message>
        <source>dark spots, coarsest</source>
        <translation>暗斑，最粗</translation>
    </message>
    <message>
        <source>red spots, fine</source>
        <translation>红斑，细</translation>
    </message>
    <message>
        <source>green spots, fine</source>
        <translation>绿斑，细</translation>
    </message>
    <message>
        <source>red spots, medium</source>
        <translation>红斑，中</translation>
    </message>
    <message>
        <source>green spots, medium</source>
        <translation>绿斑，中</translation>
    </message>
    <message>
        <source>red spots, coarse</source>
        <translation>红斑，粗</translation>
    </message>
    <message>
        <source>green spots, coarse</source>
        <translation>绿斑，粗</translation>
    </message>
    <message>
        <source>blue spots, fine</source>
        <translation>蓝斑，细</translation>
    </message>
    <message>
        <source>yellow spots, fine</source>
        <translation>黄斑，细</translation>
    </message>
    <message>
        <source>blue spots, medium</source>
        <translation>蓝斑，中</translation>
    </message>
    <message>
        <source>yellow spots, medium</source>
        <translation>黄斑，中</translation>
    </message>
    <message>
        <source>blue spots, coarse</source>
        <translation>蓝斑，粗</translation>
    </message>
    <message>
        <source>yellow spots, coarse</source>
        <translation>黄斑，粗</translation>
    </message>
    <message>
        <source>red–green contrast</source>
        <translation>红绿对比</translation>
    </message>
    <message>
        <source>blue–yellow contrast</source>
        <translation>蓝黄对比</translation>
    </message>
    <message>
        <source>The drawing was cancelled.</source>
        <translation>绘制已取消。</translation>
    </message>
    <message>
        <source>“%1” could not be opened (%2); try a smaller picture.</source>
        <translation>无法打开“%1”（%2）；请尝试较小的图像。</translation>
    </message>
    <message>
        <source>There is no picture to paste; copy one first.</source>
        <translation>没有可粘贴的图像；请先复制一幅。</translation>
    </message>
    <message>
        <source>“%1” holds no picture; choose another one.</source>
        <translation>“%1”中没有图像；请另选一个。</translation>
    </message>
    <message>
        <source>You have no permission to read “%1”; change its permissions or choose another file.</source>
        <translation>您没有读取“%1”的权限；请更改其权限或选择其他文件。</translation>
    </message>
    <message>
        <source>%1 is parameter-free: leave the weights out.</source>
        <translation>%1 无参数：请不要指定权重。</translation>
    </message>
    <message>
        <source>“%1” is a single picture; write it as a .png.</source>
        <translation>“%1”是单幅图像；请写为 .png。</translation>
    </message>
    <message>
        <source>“%1” is live and has no end; record it in the window.</source>
        <translation>“%1”是实时画面，没有结尾；请在窗口中录制。</translation>
    </message>
    <message>
        <source>The recording was stopped.</source>
        <translation>录制已停止。</translation>
    </message>
    <message>
        <source>“%1” is cut off: its first %2 frames were recorded.</source>
        <translation>“%1”不完整：已录制其前 %2 帧。</translation>
    </message>
    <message>
        <source>The disk of “%1” is nearly full, so the recording ended at frame %2; free some space.</source>
        <translation>“%1”所在磁盘将满，录制已在第 %2 帧结束；请释放一些空间。</translation>
    </message>
    <message>
        <source>A frame cannot be drawn (%1); record a smaller picture.</source>
        <translation>有一帧无法绘制（%1）；请录制更小的画面。</translation>
    </message>
    <message>
        <source>Less than %2 MB are free for “%1”; free some space or choose another folder.</source>
        <translation>“%1”可用空间不足 %2 MB；请释放一些空间或选择其他文件夹。</translation>
    </message>
    <message>
        <source>There was no frame to record for “%1”; start the source first.</source>
        <translation>没有可录制到“%1”的帧；请先启动来源。</translation>
    </message>
    <message>
        <source>Attention within each frame</source>
        <translation>各帧内的注意力</translation>
    </message>
    <message>
        <source>Attention along time</source>
        <translation>沿时间的注意力</translation>
    </message>
    <message>
        <source>H.264, small</source>
        <translation>H.264，文件小</translation>
    </message>
    <message>
        <source>FFV1, lossless</source>
        <translation>FFV1，无损</translation>
    </message>
    <message>
        <source>Motion JPEG, plays everywhere</source>
        <translation>Motion JPEG，随处可播放</translation>
    </message>
    <message>
        <source>“%1” does not end in .mp4, .mkv or .avi; name the video so.</source>
        <translation>“%1”不以 .mp4、.mkv 或 .avi 结尾；请为视频使用其中一种扩展名。</translation>
    </message>
    <message>
        <source>Pictures of %1 × %2 cannot be encoded as %3 here (%4); choose another codec.</source>
        <translation>此处无法将 %1 × %2 的图像编码为 %3（%4）；请选择其他编码。</translation>
    </message>
    <message>
        <source>“%1” cannot be read (%2).</source>
        <translation>“%1”无法读取（%2）。</translation>
    </message>
    <message>
        <source>“%1” cannot be encoded (%2); choose another codec.</source>
        <translation>“%1”无法编码（%2）；请选择其他编码。</translation>
    </message>
    <message>
        <source>A frame of a video has 8-bit colours; this one has not.</source>
        <translation>视频帧须为 8 位颜色，而这一帧不是。</translation>
    </message>
    <message>
        <source>The frame at %1 s does not come after the one at %2 s; a recording goes forwards.</source>
        <translation>%1 秒处的帧不在 %2 秒处的帧之后；录像的时间只能向前。</translation>
    </message>
    <message>
        <source>A frame is %1 × %2 and the video %3 × %4; record frames of one size.</source>
        <translation>有一帧为 %1 × %2，而视频为 %3 × %4；请录制同一尺寸的帧。</translation>
    </message>
    <message>
        <source>There is no frame for “%1”; record at least one.</source>
        <translation>“%1”没有任何帧；请至少录制一帧。</translation>
    </message>
    <message>
        <source>“%1” holds %2 of the %3 frames; what was written is kept as “%4”.</source>
        <translation>“%1”中只有 %2 帧，应有 %3 帧；已写入的内容保留为“%4”。</translation>
    </message>
    <message>
        <source>“%1” cannot hold “%2” here; choose another codec, such as %3.</source>
        <translation>此处“%1”不能容纳“%2”；请选择其他编码，例如 %3。</translation>
    </message>
    <message>
        <source>A video has %1 to %2 frames per second, not %3.</source>
        <translation>视频每秒须有 %1 到 %2 帧，不能是 %3。</translation>
    </message>
    <message>
        <source>Divided space-time attention</source>
        <translation>分离式时空注意力</translation>
    </message>
    <message>
        <source>Lets every position gather from the same place in all frames and then from all places of its frame.</source>
        <translation>让每个位置先从所有帧的同一位置汇集信息，再从本帧的所有位置汇集。</translation>
    </message>
    <message>
        <source>Attention received by each frame</source>
        <translation>各帧获得的注意力</translation>
    </message>
    <message>
        <source>Temporal self-attention on pooled frames</source>
        <translation>池化帧上的时间自注意力</translation>
    </message>
    <message>
        <source>Lets every frame gather from all frames whose mean features resemble its own.</source>
        <translation>让每一帧从平均特征与其相似的所有帧汇集信息。</translation>
    </message>
    <message>
        <source>Inner channels</source>
        <translation>内部通道数</translation>
    </message>
    <message>
        <source>Length of queries, keys and values; 0 takes half the channels.</source>
        <translation>查询、键和值的长度；0 表示取通道数的一半。</translation>
    </message>
    <message>
        <source>Space-time non-local block</source>
        <translation>时空非局部块</translation>
    </message>
    <message>
        <source>Lets every position of every frame gather from all positions of all frames of the clip.</source>
        <translation>让每一帧的每个位置从片段所有帧的所有位置汇集信息。</translation>
    </message>
    <message>
        <source>Sub-sampling</source>
        <translation>下采样</translation>
    </message>
    <message>
        <source>Whether keys and values are max-pooled by 2×2 within each frame.</source>
        <translation>键和值是否在各帧内按 2×2 最大池化。</translation>
    </message>
    <message>
        <source>Batch norm</source>
        <translation>批归一化</translation>
    </message>
    <message>
        <source>Whether what is gathered is normalised before it is added.</source>
        <translation>汇集的内容在相加之前是否归一化。</translation>
    </message>
    <message>
        <source>TAM needs at least 4 channels, but these features have %1; choose features with more channels.</source>
        <translation>TAM 至少需要 4 个通道，而这些特征只有 %1 个；请选择通道更多的特征。</translation>
    </message>
    <message>
        <source>TAM needs an odd number of frames in its kernel, not %1; choose an odd number.</source>
        <translation>TAM 的核帧数须为奇数，不能是 %1；请选择奇数。</translation>
    </message>
    <message>
        <source>Importance of each frame</source>
        <translation>各帧的重要性</translation>
    </message>
    <message>
        <source>Temporal kernel of each channel</source>
        <translation>各通道的时间核</translation>
    </message>
    <message>
        <source>Temporal adaptive module</source>
        <translation>时间自适应模块</translation>
    </message>
    <message>
        <source>Weighs each channel of each frame and then mixes neighbouring frames by a kernel of its own.</source>
        <translation>对每一帧的每个通道加权，再用各通道自己的核混合相邻帧。</translation>
    </message>
    <message>
        <source>Frames in the kernel</source>
        <translation>核帧数</translation>
    </message>
    <message>
        <source>How many neighbouring frames are mixed, an odd number.</source>
        <translation>混合的相邻帧数，须为奇数。</translation>
    </message>
    <message>
        <source>Frame gate</source>
        <translation>帧门控</translation>
    </message>
    <message>
        <source>Squeeze-and-excitation over time</source>
        <translation>时间上的挤压-激励</translation>
    </message>
    <message>
        <source>Weighs whole frames by what all frames of the clip contain on average.</source>
        <translation>根据片段所有帧的平均内容对整帧加权。</translation>
    </message>
    <message>
        <source>How many times fewer units than frames the hidden layer has.</source>
        <translation>隐藏层的单元数缩减为帧数的几分之一。</translation>
    </message>
    <message>
        <source>Collecting frames: %1 of %2 for %3; let the video or the camera run on.</source>
        <translation>正在收集帧：%3 需要 %2 帧，已有 %1 帧；请让视频或摄像头继续运行。</translation>
    </message>
    <message>
        <source>The frames which %1 compares are not at hand; run it on a video or a camera.</source>
        <translation>缺少 %1 要比较的帧；请在视频或摄像头上运行它。</translation>
    </message>
    <message>
        <source>to each place from itself in this frame</source>
        <translation>从此帧的同一位置到各位置</translation>
    </message>
    <message>
        <source>from each place to itself in this frame</source>
        <translation>从各位置到此帧的同一位置</translation>
    </message>
    <message>
        <source>to the query from this frame</source>
        <translation>从此帧指向查询</translation>
    </message>
    <message>
        <source>from the query to this frame</source>
        <translation>从查询指向此帧</translation>
    </message>
    <message>
        <source>The map “%1” of %2 does not fit its frames; run the module again.</source>
        <translation>%2 的图“%1”与其各帧不符；请重新运行模块。</translation>
    </message>
    <message>
        <source>%1 gives no weights over time; choose a mechanism which compares frames.</source>
        <translation>%1 不给出随时间的权重；请选择比较多帧的机制。</translation>
    </message>
    <message>
        <source>gate per frame</source>
        <translation>逐帧门控</translation>
    </message>
    <message>
        <source>weight per frame</source>
        <translation>逐帧权重</translation>
    </message>
    <message>
        <source>who looks at the query, by frame</source>
        <translation>谁关注查询（按帧）</translation>
    </message>
    <message>
        <source>where the query looks, by frame</source>
        <translation>查询关注何处（按帧）</translation>
    </message>
    <message>
        <source>The map “%1” of %2 has weights over time which are not finite; choose other weights or parameters.</source>
        <translation>%2 的图“%1”随时间的权重中有非有限值；请选择其他权重或参数。</translation>
    </message>
    <message>
        <source>“%1” holds no picture which can be read; choose another file.</source>
        <translation>“%1”中没有可读取的图像；请选择其他文件。</translation>
    </message>
    <message>
        <source>“%1” gives no pictures; choose another source.</source>
        <translation>“%1”不提供图像；请选择其他来源。</translation>
    </message>
    <message>
        <source>“%1” has no table of its frames, because it was not finished or is damaged; record or copy it again.</source>
        <translation>“%1”没有帧索引表，因为文件未写完或已损坏；请重新录制或复制。</translation>
    </message>
    <message>
        <source>“%1” is cut off or damaged at its beginning; choose an intact copy of this video.</source>
        <translation>“%1”不完整或开头已损坏；请选择此视频的完好副本。</translation>
    </message>
    <message>
        <source>“%1” holds no moving pictures, only sound or data; choose a video.</source>
        <translation>“%1”中没有动态画面，只有声音或数据；请选择视频。</translation>
    </message>
    <message>
        <source>The frames of “%1” have %2 × %3 pixels, more than the 100 megapixels allowed; reduce them first.</source>
        <translation>“%1”的帧有 %2 × %3 像素，超过允许的 1 亿像素；请先缩小。</translation>
    </message>
    <message>
        <source>“%1” is in a container (%2) which this FFmpeg cannot read; convert it to MP4.</source>
        <translation>此 FFmpeg 无法读取“%1”的容器格式（%2）；请转换为 MP4。</translation>
    </message>
    <message>
        <source>“%1” is compressed as %2, which this FFmpeg cannot decode; convert it to H.264.</source>
        <translation>“%1”以 %2 压缩，此 FFmpeg 无法解码；请转换为 H.264。</translation>
    </message>
    <message>
        <source>“%1” describes its frames wrongly (%2); choose an intact copy of this video.</source>
        <translation>“%1”对其帧的描述有误（%2）；请选择此视频的完好副本。</translation>
    </message>
    <message>
        <source>“%1” did not answer within 5 s; check address and network.</source>
        <translation>“%1”在 5 秒内没有应答；请检查地址和网络。</translation>
    </message>
    <message>
        <source>“%1” asks for a name and a password; write them into the address: http://name:password@host/.</source>
        <translation>“%1”需要用户名和密码；请将其写入地址：http://name:password@host/。</translation>
    </message>
    <message>
        <source>The server has nothing at “%1”; check the path.</source>
        <translation>服务器上没有“%1”；请检查路径。</translation>
    </message>
    <message>
        <source>Nobody answers at “%1”; check the address and that the camera is on.</source>
        <translation>“%1”无人应答；请检查地址，并确认摄像头已开启。</translation>
    </message>
    <message>
        <source>“%1” answers, but sends no pictures which can be read; check the address.</source>
        <translation>“%1”有应答，但没有发送可读取的图像；请检查地址。</translation>
    </message>
    <message>
        <source>“%1” cannot be reached; check the address and that the camera is on.</source>
        <translation>无法连接“%1”；请检查地址，并确认摄像头已开启。</translation>
    </message>
    <message>
        <source>There is no camera “%1”; plug it in or choose another one.</source>
        <translation>没有摄像头“%1”；请插上它或另选一个。</translation>
    </message>
    <message>
        <source>You have no permission to use the camera “%1”; add yourself to the group “video” and log in again.</source>
        <translation>您没有使用摄像头“%1”的权限；请将自己加入“video”组并重新登录。</translation>
    </message>
    <message>
        <source>Another program uses the camera “%1”; close that program and try again.</source>
        <translation>另一个程序正在使用摄像头“%1”；请关闭该程序后重试。</translation>
    </message>
    <message>
        <source>The camera “%1” is not connected any more; plug it in again.</source>
        <translation>摄像头“%1”已断开连接；请重新插上。</translation>
    </message>
    <message>
        <source>“%1” is not a camera; choose another device.</source>
        <translation>“%1”不是摄像头；请选择其他设备。</translation>
    </message>
    <message>
        <source>The camera “%1” cannot be opened (%2); try another one.</source>
        <translation>无法打开摄像头“%1”（%2）；请尝试另一个。</translation>
    </message>
    <message>
        <source>The camera “%1” does not start; close other programs which use it.</source>
        <translation>摄像头“%1”无法启动；请关闭使用它的其他程序。</translation>
    </message>
    <message>
        <source>The camera “%1” was unplugged; plug it in again.</source>
        <translation>摄像头“%1”已被拔出；请重新插上。</translation>
    </message>
    <message>
        <source>The camera “%1” has sent no picture for 2 s; unplug it and plug it in again.</source>
        <translation>摄像头“%1”已有 2 秒没有发送图像；请拔出后重新插上。</translation>
    </message>
    <message>
        <source>“%1” is a playlist: it only names other files or addresses; open the video or stream itself.</source>
        <translation>“%1”是播放列表，只列出其他文件或地址；请直接打开视频或流。</translation>
    </message>
    <message>
        <source>You have no permission to list the folder “%1”; change its permissions.</source>
        <translation>您没有列出文件夹“%1”的权限；请更改其权限。</translation>
    </message>
    <message>
        <source>There is no folder “%1”; check its path.</source>
        <translation>没有文件夹“%1”；请检查路径。</translation>
    </message>
    <message>
        <source>There is no picture in the folder “%1”; choose one with PNG or JPEG files.</source>
        <translation>文件夹“%1”中没有图像；请选择含 PNG 或 JPEG 文件的文件夹。</translation>
    </message>
    <message>
        <source>“%1” is live: it has no other moment to go to; record it and open the file.</source>
        <translation>“%1”是实时画面，无法跳到其他时刻；请录制后打开文件。</translation>
    </message>
    <message>
        <source>Reading “%1” was stopped.</source>
        <translation>读取“%1”已停止。</translation>
    </message>
    <message>
        <source>“%1” has no further frame.</source>
        <translation>“%1”没有后续的帧。</translation>
    </message>
    <message>
        <source>Addresses which begin with “%1://” are not opened; use http, https, rtsp or tcp.</source>
        <translation>无法打开以“%1://”开头的地址；请使用 http、https、rtsp 或 tcp。</translation>
    </message>
    <message>
        <source>“%1” names no host; write it as http://host/path.</source>
        <translation>“%1”没有指明主机；请写成 http://host/path。</translation>
    </message>
    <message>
        <source>“%1” is a file on a server, not a live stream; download it and open the file.</source>
        <translation>“%1”是服务器上的文件，不是实时流；请下载后打开文件。</translation>
    </message>
    <message>
        <source>“%1” sends “%2”, which is not opened as a live stream; use Motion JPEG, RTSP or MPEG-TS.</source>
        <translation>“%1”发送的是“%2”，无法作为实时流打开；请使用 Motion JPEG、RTSP 或 MPEG-TS。</translation>
    </message>
    <message>
        <source>“%1” has sent no picture for %2 s; check the camera and the network.</source>
        <translation>“%1”已有 %2 秒没有发送图像；请检查摄像头和网络。</translation>
    </message>
    <message>
        <source>“%1” sent something which is no picture; connect again or check the camera.</source>
        <translation>“%1”发送的内容不是图像；请重新连接或检查摄像头。</translation>
    </message>
    <message>
        <source>“%1” ended the connection; check the camera and connect again.</source>
        <translation>“%1”结束了连接；请检查摄像头并重新连接。</translation>
    </message>
    <message>
        <source>A picture from “%1” is damaged and cannot be decoded; later ones may be intact.</source>
        <translation>来自“%1”的一幅图像已损坏，无法解码；后续图像可能完好。</translation>
    </message>
    <message>
        <source>A picture from “%1” is in a form which cannot be shown; set the camera to another one.</source>
        <translation>来自“%1”的一幅图像的格式无法显示；请将摄像头设为其他格式。</translation>
    </message>
    <message>
        <source>Opening the video was stopped.</source>
        <translation>打开视频已停止。</translation>
    </message>
    <message>
        <source>The file does not say its frame rate; it was measured from the times of its frames.</source>
        <translation>文件未说明帧率；已根据各帧的时间测得。</translation>
    </message>
    <message>
        <source>The file does not say its frame rate; 25 frames per second are assumed.</source>
        <translation>文件未说明帧率；按每秒 25 帧处理。</translation>
    </message>
    <message>
        <source>Frame %2 of “%1” (at %3 s) is damaged and cannot be decoded; later ones may be intact.</source>
        <translation>“%1”的第 %2 帧（%3 秒处）已损坏，无法解码；后续帧可能完好。</translation>
    </message>
    <message>
        <source>“%1” is cut off or damaged behind its frame %2 (at %3 s); choose an intact copy to see the rest.</source>
        <translation>“%1”在第 %2 帧（%3 秒处）之后不完整或已损坏；要看其余部分，请选择完好副本。</translation>
    </message>
    <message>
        <source>None of the frames of “%1” can be decoded; choose an intact copy of this video.</source>
        <translation>“%1”没有一帧可以解码；请选择此视频的完好副本。</translation>
    </message>
    <message>
        <source>“%1” is not a video of a kind read here; choose an MP4, MKV, WebM, AVI, TS or OGG file.</source>
        <translation>“%1”不是可读取的视频类型；请选择 MP4、MKV、WebM、AVI、TS 或 OGG 文件。</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>分组数</translation>
    </message>
    <message>
        <source>Output channels</source>
        <translation>输出通道</translation>
    </message>
    <message>
        <source>%1 has no keys left: %2 positions cannot be pooled by 2×2; turn sub-sampling off or choose a smaller stride.</source>
        <translation>%1 没有剩下的键：%2 个位置无法做 2×2 池化；请关闭下采样或选择更小的步长。</translation>
    </message>
    <message>
        <source>The parameter “%1” needs whole numbers such as 3,5, not “%2”.</source>
        <translation>参数“%1”需要整数，例如 3,5，而不是“%2”。</translation>
    </message>
    <message>
        <source>The parameter “%1” needs %2 to %3 whole numbers, not %4.</source>
        <translation>参数“%1”需要 %2 到 %3 个整数，而不是 %4 个。</translation>
    </message>
    <message>
        <source>Where each region is gathered (sums to 1 over positions)</source>
        <translation>每个区域从何处汇集（对位置求和为 1）</translation>
    </message>
    <message>
        <source>Which region each position takes (sums to 1 over regions)</source>
        <translation>每个位置取哪个区域（对区域求和为 1）</translation>
    </message>
    <message>
        <source>Double attention</source>
        <translation>双重注意力</translation>
    </message>
    <message>
        <source>Gathers the features into a few descriptors and hands these out to every position.</source>
        <translation>把特征汇集为少数描述子，再分发给每个位置。</translation>
    </message>
    <message>
        <source>Descriptor channels</source>
        <translation>描述子通道</translation>
    </message>
    <message>
        <source>Length of each gathered descriptor; 0 takes a quarter of the channels.</source>
        <translation>每个描述子的长度；0 表示通道数的四分之一。</translation>
    </message>
    <message>
        <source>Descriptors</source>
        <translation>描述子数</translation>
    </message>
    <message>
        <source>How many descriptors are gathered; 0 takes a quarter of the channels.</source>
        <translation>汇集的描述子个数；0 表示通道数的四分之一。</translation>
    </message>
    <message>
        <source>Reconstruct</source>
        <translation>重建</translation>
    </message>
    <message>
        <source>Whether the result gets the input&apos;s number of channels back.</source>
        <translation>结果是否恢复为输入的通道数。</translation>
    </message>
    <message>
        <source>The attention gate needs a second feature map “gate” of the shape C×H×W beside the features; add one.</source>
        <translation>注意力门除特征外还需要形状为 C×H×W 的第二个特征图“gate”；请添加。</translation>
    </message>
    <message>
        <source>The attention gate cannot sub-sample %1 positions by %2; choose a sub-sampling of at most %3.</source>
        <translation>注意力门无法把 %1 个位置按 %2 下采样；请选择不超过 %3 的下采样。</translation>
    </message>
    <message>
        <source>Attention gate of the Attention U-Net</source>
        <translation>Attention U-Net 的注意力门</translation>
    </message>
    <message>
        <source>Keeps the positions on which the features and a coarser feature map agree.</source>
        <translation>保留特征与更粗的特征图一致的位置。</translation>
    </message>
    <message>
        <source>Channels in which both maps are compared; 0 takes half the channels.</source>
        <translation>比较两个特征图所用的通道数；0 表示通道数的一半。</translation>
    </message>
    <message>
        <source>How many times coarser the grid of the comparison is.</source>
        <translation>比较所用的网格粗多少倍。</translation>
    </message>
    <message>
        <source>Attention within each column</source>
        <translation>每列之内的注意力</translation>
    </message>
    <message>
        <source>Attention within each row</source>
        <translation>每行之内的注意力</translation>
    </message>
    <message>
        <source>Axial attention</source>
        <translation>轴向注意力</translation>
    </message>
    <message>
        <source>Lets every position gather from its column and, by a second attention, from its row.</source>
        <translation>让每个位置从所在列汇集，再由第二个注意力从所在行汇集。</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并列</translation>
    </message>
    <message>
        <source>Whether columns and rows are added; else the rows attend after the columns.</source>
        <translation>列与行的结果是否相加；否则先列后行。</translation>
    </message>
    <message>
        <source>Criss-cross attention</source>
        <translation>十字交叉注意力</translation>
    </message>
    <message>
        <source>Lets every position gather from its column and its row, again and again.</source>
        <translation>让每个位置反复从所在的列和行汇集。</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>遍数</translation>
    </message>
    <message>
        <source>How often it is applied; two passes join every pair of positions.</source>
        <translation>应用的次数；两遍即可连接任意两个位置。</translation>
    </message>
    <message>
        <source>Conditionally parameterised convolution</source>
        <translation>条件参数化卷积</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>专家数</translation>
    </message>
    <message>
        <source>Dense-and-implicit attention</source>
        <translation>密集隐式注意力</translation>
    </message>
    <message>
        <source>DRAW reads where its vector “hidden” says, whose shape does not fit; give one of the length its weights were made for.</source>
        <translation>DRAW 按向量“hidden”所指之处读取，但其形状不符；请给出与权重相配的长度。</translation>
    </message>
    <message>
        <source>How much each position is read</source>
        <translation>每个位置被读取的程度</translation>
    </message>
    <message>
        <source>Horizontal filters</source>
        <translation>水平滤波器</translation>
    </message>
    <message>
        <source>Vertical filters</source>
        <translation>垂直滤波器</translation>
    </message>
    <message>
        <source>Centre, variance, stride and strength of the filters</source>
        <translation>滤波器的中心、方差、步长与强度</translation>
    </message>
    <message>
        <source>From the first to the last filter&apos;s centre</source>
        <translation>从第一个到最后一个滤波器的中心</translation>
    </message>
    <message>
        <source>DRAW selective read</source>
        <translation>DRAW 选择性读取</translation>
    </message>
    <message>
        <source>Reads a small patch through a movable grid of Gaussian filters.</source>
        <translation>通过可移动的高斯滤波器网格读取一小块。</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>滤波器数</translation>
    </message>
    <message>
        <source>Filters along each axis, and so the side of the patch.</source>
        <translation>每个轴上的滤波器数，也就是小块的边长。</translation>
    </message>
    <message>
        <source>Weights of the kernels</source>
        <translation>卷积核的权重</translation>
    </message>
    <message>
        <source>Dynamic convolution</source>
        <translation>动态卷积</translation>
    </message>
    <message>
        <source>Kernels</source>
        <translation>卷积核数</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>How much each basis explains each position</source>
        <translation>每个基解释每个位置的程度</translation>
    </message>
    <message>
        <source>Expectation-maximization attention</source>
        <translation>期望最大化注意力</translation>
    </message>
    <message>
        <source>Fits a few bases to the features and rebuilds every position from them.</source>
        <translation>为特征拟合少数几个基，并由它们重建每个位置。</translation>
    </message>
    <message>
        <source>Bases</source>
        <translation>基数</translation>
    </message>
    <message>
        <source>How many bases describe the features.</source>
        <translation>用多少个基描述特征。</translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation>迭代次数</translation>
    </message>
    <message>
        <source>How often assignment and bases are improved in turn.</source>
        <translation>分配与基轮流改进的次数。</translation>
    </message>
    <message>
        <source>Assignment to the codewords</source>
        <translation>对码字的分配</translation>
    </message>
    <message>
        <source>Codewords</source>
        <translation>码字数</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别数</translation>
    </message>
    <message>
        <source>Where each memory slot is read (sums to 1 over slots)</source>
        <translation>每个记忆槽在何处被读取（对槽求和为 1）</translation>
    </message>
    <message>
        <source>External attention</source>
        <translation>外部注意力</translation>
    </message>
    <message>
        <source>Compares every position with a small learned memory instead of with all positions.</source>
        <translation>把每个位置与小型的学习记忆比较，而不是与所有位置比较。</translation>
    </message>
    <message>
        <source>Memory slots</source>
        <translation>记忆槽</translation>
    </message>
    <message>
        <source>How many entries the learned memory has.</source>
        <translation>学习记忆的条目数。</translation>
    </message>
    <message>
        <source>Frequency channel attention</source>
        <translation>频率通道注意力</translation>
    </message>
    <message>
        <source>Frequencies</source>
        <translation>频率</translation>
    </message>
    <message>
        <source>Gated channel transformation</source>
        <translation>门控通道变换</translation>
    </message>
    <message>
        <source>Norm</source>
        <translation>范数</translation>
    </message>
    <message>
        <source>Epsilon</source>
        <translation>Epsilon</translation>
    </message>
    <message>
        <source>GENet with a learned gather halves the map again and again, so an extent of %1 is not possible; choose 0, 2, 4, 8 or another power of two.</source>
        <translation>带学习汇集的 GENet 会反复把特征图减半，因此范围 %1 不可行；请选择 0、2、4、8 或其他 2 的幂。</translation>
    </message>
    <message>
        <source>Gate of every value</source>
        <translation>每个值的门</translation>
    </message>
    <message>
        <source>Gather-excite</source>
        <translation>汇集-激励</translation>
    </message>
    <message>
        <source>Weighs each value by what the same channel holds in its neighbourhood.</source>
        <translation>按同一通道在邻域中的内容为每个值加权。</translation>
    </message>
    <message>
        <source>Extent</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>How many cells one gathered value stands for; 0 gathers the whole map.</source>
        <translation>一个汇集值代表多少个单元；0 表示汇集整幅图。</translation>
    </message>
    <message>
        <source>Learned gather</source>
        <translation>学习汇集</translation>
    </message>
    <message>
        <source>Whether convolutions gather instead of the mean.</source>
        <translation>是否用卷积而不是均值来汇集。</translation>
    </message>
    <message>
        <source>Mix channels</source>
        <translation>混合通道</translation>
    </message>
    <message>
        <source>Whether two layers mix the gathered channels before they excite.</source>
        <translation>激励前是否由两层网络混合汇集到的通道。</translation>
    </message>
    <message>
        <source>Global second-order pooling</source>
        <translation>全局二阶池化</translation>
    </message>
    <message>
        <source>Reduced channels</source>
        <translation>缩减后的通道</translation>
    </message>
    <message>
        <source>Stride</source>
        <translation>步长</translation>
    </message>
    <message>
        <source>Hamburger cannot share %1 inner channels out evenly among %2 groups; choose a number of groups which divides %1.</source>
        <translation>Hamburger 无法把 %1 个内部通道平均分给 %2 组；请选择能整除 %1 的组数。</translation>
    </message>
    <message>
        <source>Coefficients of the bases</source>
        <translation>基的系数</translation>
    </message>
    <message>
        <source>Matrix decomposition attention (Hamburger)</source>
        <translation>矩阵分解注意力（Hamburger）</translation>
    </message>
    <message>
        <source>Rebuilds the features from a few non-negative parts which are fitted to them.</source>
        <translation>由拟合得到的少数非负部分重建特征。</translation>
    </message>
    <message>
        <source>Channels of the features which are decomposed.</source>
        <translation>被分解的特征的通道数。</translation>
    </message>
    <message>
        <source>How many parts there are per group.</source>
        <translation>每组的部分数。</translation>
    </message>
    <message>
        <source>Groups of channels which are decomposed each on its own.</source>
        <translation>各自独立分解的通道组数。</translation>
    </message>
    <message>
        <source>How often coefficients and bases are improved in turn.</source>
        <translation>系数与基轮流改进的次数。</translation>
    </message>
    <message>
        <source>Highway layer</source>
        <translation>Highway 层</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层数</translation>
    </message>
    <message>
        <source>Long-range attention</source>
        <translation>长程注意力</translation>
    </message>
    <message>
        <source>Short-range attention</source>
        <translation>短程注意力</translation>
    </message>
    <message>
        <source>Interlaced sparse self-attention</source>
        <translation>交错稀疏自注意力</translation>
    </message>
    <message>
        <source>Attends first between positions which lie a fixed distance apart, then between neighbours.</source>
        <translation>先在相隔固定距离的位置之间注意，再在相邻位置之间注意。</translation>
    </message>
    <message>
        <source>Cell height and width</source>
        <translation>单元的高与宽</translation>
    </message>
    <message>
        <source>Positions per cell; the long range attends at this distance.</source>
        <translation>每个单元的位置数；长程注意力以此为间距。</translation>
    </message>
    <message>
        <source>Key channels</source>
        <translation>键通道</translation>
    </message>
    <message>
        <source>Length of queries and keys; 0 takes half the channels.</source>
        <translation>查询与键的长度；0 表示通道数的一半。</translation>
    </message>
    <message>
        <source>Value channels</source>
        <translation>值通道</translation>
    </message>
    <message>
        <source>Length of the values; 0 takes as many as there are channels.</source>
        <translation>值的长度；0 表示与通道数相同。</translation>
    </message>
    <message>
        <source>Non-local block, dot product</source>
        <translation>非局部模块（点积）</translation>
    </message>
    <message>
        <source>Lets every position gather from all positions by the plain product of query and key, which may be negative.</source>
        <translation>让每个位置按查询与键的点积（可能为负）从所有位置汇集。</translation>
    </message>
    <message>
        <source>Non-local block, embedded Gaussian</source>
        <translation>非局部模块（嵌入高斯）</translation>
    </message>
    <message>
        <source>Lets every position gather from all positions whose learned key resembles its learned query.</source>
        <translation>让每个位置从学习到的键与其查询相似的所有位置汇集。</translation>
    </message>
    <message>
        <source>Non-local block, Gaussian</source>
        <translation>非局部模块（高斯）</translation>
    </message>
    <message>
        <source>Lets every position gather from all positions whose features resemble its own.</source>
        <translation>让每个位置从特征与其相似的所有位置汇集。</translation>
    </message>
    <message>
        <source>What each position collects (columns sum to 1)</source>
        <translation>每个位置收集的内容（每列之和为 1）</translation>
    </message>
    <message>
        <source>What each position distributes (columns sum to 1)</source>
        <translation>每个位置分发的内容（每列之和为 1）</translation>
    </message>
    <message>
        <source>Weights between positions (row: source, column: target)</source>
        <translation>位置之间的权重（行：来源，列：目标）</translation>
    </message>
    <message>
        <source>Point-wise spatial attention</source>
        <translation>逐点空间注意力</translation>
    </message>
    <message>
        <source>Predicts for every position which other positions it collects from and gives to.</source>
        <translation>为每个位置预测它从哪些位置收集、向哪些位置给予。</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>0 collects, 1 distributes, 2 does both.</source>
        <translation>0 收集，1 分发，2 两者皆有。</translation>
    </message>
    <message>
        <source>Channels of the reduced features; 0 takes a quarter of the channels.</source>
        <translation>缩减后特征的通道数；0 表示通道数的四分之一。</translation>
    </message>
    <message>
        <source>Mask height</source>
        <translation>掩码高度</translation>
    </message>
    <message>
        <source>Cells of the mask around a position; 0 reaches over the whole map.</source>
        <translation>位置周围掩码的单元数；0 表示覆盖整幅图。</translation>
    </message>
    <message>
        <source>Mask width</source>
        <translation>掩码宽度</translation>
    </message>
    <message>
        <source>Shrink factor</source>
        <translation>缩小倍数</translation>
    </message>
    <message>
        <source>How many times coarser the grid is on which positions are compared.</source>
        <translation>比较位置所用的网格粗多少倍。</translation>
    </message>
    <message>
        <source>Divisor</source>
        <translation>除数</translation>
    </message>
    <message>
        <source>What gathered features are divided by.</source>
        <translation>汇集的特征除以的数。</translation>
    </message>
    <message>
        <source>Softmax</source>
        <translation>Softmax</translation>
    </message>
    <message>
        <source>Whether the weights of each target sum to 1.</source>
        <translation>每个目标的权重之和是否为 1。</translation>
    </message>
    <message>
        <source>The glimpse&apos;s largest patch is over %1 cells wide; choose fewer scales or a smaller factor.</source>
        <translation>瞥视最大的块宽于 %1 个单元；请选择更少的尺度或更小的倍数。</translation>
    </message>
    <message>
        <source>The glimpse&apos;s “location” must be two numbers from −1 to 1; correct it.</source>
        <translation>瞥视的“location”必须是 −1 到 1 之间的两个数；请更正。</translation>
    </message>
    <message>
        <source>Patches over each position</source>
        <translation>覆盖每个位置的块数</translation>
    </message>
    <message>
        <source>Patches of the glimpse</source>
        <translation>瞥视的块</translation>
    </message>
    <message>
        <source>Multi-resolution glimpse (RAM retina)</source>
        <translation>多分辨率瞥视（RAM 视网膜）</translation>
    </message>
    <message>
        <source>Cuts patches around one point, each larger and coarser than the one before.</source>
        <translation>围绕一点截取若干块，一块比一块更大、更粗。</translation>
    </message>
    <message>
        <source>Patch side</source>
        <translation>块边长</translation>
    </message>
    <message>
        <source>Cells per side of each patch after pooling.</source>
        <translation>池化后每块的边长（单元数）。</translation>
    </message>
    <message>
        <source>Scales</source>
        <translation>尺度数</translation>
    </message>
    <message>
        <source>How many patches are cut.</source>
        <translation>截取多少块。</translation>
    </message>
    <message>
        <source>Factor</source>
        <translation>倍数</translation>
    </message>
    <message>
        <source>How many times larger each patch is than the one before.</source>
        <translation>每块比前一块大多少倍。</translation>
    </message>
    <message>
        <source>Location</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>The point around which the patches lie.</source>
        <translation>各块所围绕的点。</translation>
    </message>
    <message>
        <source>Kernel sizes</source>
        <translation>核大小</translation>
    </message>
    <message>
        <source>Second-order channel attention</source>
        <translation>二阶通道注意力</translation>
    </message>
    <message>
        <source>Weights of the splits</source>
        <translation>各分支的权重</translation>
    </message>
    <message>
        <source>Selected region</source>
        <translation>选中的区域</translation>
    </message>
    <message>
        <source>Probability of each region</source>
        <translation>每个区域的概率</translation>
    </message>
    <message>
        <source>Box of the selected region</source>
        <translation>选中区域的框</translation>
    </message>
    <message>
        <source>Straight-through Gumbel region selection</source>
        <translation>直通 Gumbel 区域选择</translation>
    </message>
    <message>
        <source>Keeps the one region of a grid which scores highest and zeroes the rest.</source>
        <translation>保留网格中得分最高的一个区域，其余置零。</translation>
    </message>
    <message>
        <source>Rows of regions</source>
        <translation>区域行数</translation>
    </message>
    <message>
        <source>Regions from top to bottom.</source>
        <translation>从上到下的区域数。</translation>
    </message>
    <message>
        <source>Columns of regions</source>
        <translation>区域列数</translation>
    </message>
    <message>
        <source>Regions from left to right.</source>
        <translation>从左到右的区域数。</translation>
    </message>
    <message>
        <source>How even the probabilities are; the selection does not depend on it.</source>
        <translation>概率的平均程度；选择与它无关。</translation>
    </message>
    <message>
        <source>The spatial transformer pools by 2×2 twice, for which %1 positions are too few; choose features of at least 4×4, by a smaller stride.</source>
        <translation>空间变换器做两次 2×2 池化，%1 个位置太少；请用更小的步长得到至少 4×4 的特征。</translation>
    </message>
    <message>
        <source>Affine matrix</source>
        <translation>仿射矩阵</translation>
    </message>
    <message>
        <source>Sampling grid</source>
        <translation>采样网格</translation>
    </message>
    <message>
        <source>Sampled quadrilateral</source>
        <translation>采样四边形</translation>
    </message>
    <message>
        <source>Spatial transformer</source>
        <translation>空间变换器</translation>
    </message>
    <message>
        <source>Looks at one region: it finds an affine frame and resamples the features in it.</source>
        <translation>只看一个区域：找到一个仿射框并在其中重新采样特征。</translation>
    </message>
    <message>
        <source>Hidden units</source>
        <translation>隐藏单元</translation>
    </message>
    <message>
        <source>Units of the layer before the six numbers of the frame.</source>
        <translation>得出框的六个数之前那一层的单元数。</translation>
    </message>
    <message>
        <source>Pooled size</source>
        <translation>池化大小</translation>
    </message>
    <message>
        <source>Cells per side of the pooled map from which the frame is found.</source>
        <translation>用于求框的池化图的边长（单元数）。</translation>
    </message>
    <message>
        <source>Align corners</source>
        <translation>对齐角点</translation>
    </message>
    <message>
        <source>Whether −1 and 1 are the centres of the outermost cells, not their edges.</source>
        <translation>−1 与 1 是否指最外侧单元的中心而不是边缘。</translation>
    </message>
    <message>
        <source>Outside the map</source>
        <translation>图外</translation>
    </message>
    <message>
        <source>What is read beyond the map: zeros or the nearest cell.</source>
        <translation>图外读取的内容：零或最近的单元。</translation>
    </message>
    <message>
        <source>Windows of %1×%1 positions cannot be shifted by %2; choose a shift below %1.</source>
        <translation>%1×%1 的窗口不能移动 %2；请选择小于 %1 的移动量。</translation>
    </message>
    <message>
        <source>Attention within each window</source>
        <translation>每个窗口之内的注意力</translation>
    </message>
    <message>
        <source>Window self-attention (Swin)</source>
        <translation>窗口自注意力（Swin）</translation>
    </message>
    <message>
        <source>Lets the positions of each window attend to each other, aware of where they lie in it.</source>
        <translation>让每个窗口中的位置互相注意，并知道各自在窗口中的位置。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Side of a window, in positions.</source>
        <translation>窗口的边长（位置数）。</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>移动</translation>
    </message>
    <message>
        <source>%1 needs at least 8 channels, but these features have %2; choose features with more channels.</source>
        <translation>%1 至少需要 8 个通道，而这些特征只有 %2 个；请选择通道更多的特征。</translation>
    </message>
    <message>
        <source>Gate</source>
        <translation>门</translation>
    </message>
    <message>
        <source>Spatial branch before the gate</source>
        <translation>门之前的空间分支</translation>
    </message>
    <message>
        <source>Channel branch before the gate</source>
        <translation>门之前的通道分支</translation>
    </message>
    <message>
        <source>Bottleneck attention module</source>
        <translation>瓶颈注意力模块</translation>
    </message>
    <message>
        <source>Weighs every value by a gate made of a channel branch and a dilated spatial branch.</source>
        <translation>由通道分支与膨胀的空间分支构成的门为每个值加权。</translation>
    </message>
    <message>
        <source>How many times fewer channels the hidden layers have.</source>
        <translation>隐藏层的通道数缩减多少倍。</translation>
    </message>
    <message>
        <source>Channel layers</source>
        <translation>通道层数</translation>
    </message>
    <message>
        <source>Hidden layers of the channel branch.</source>
        <translation>通道分支的隐藏层数。</translation>
    </message>
    <message>
        <source>Dilated layers</source>
        <translation>膨胀层数</translation>
    </message>
    <message>
        <source>Dilated 3×3 convolutions of the spatial branch.</source>
        <translation>空间分支中 3×3 膨胀卷积的层数。</translation>
    </message>
    <message>
        <source>Dilation</source>
        <translation>膨胀率</translation>
    </message>
    <message>
        <source>How many cells the taps of the dilated convolutions lie apart.</source>
        <translation>膨胀卷积的采样点相隔的单元数。</translation>
    </message>
    <message>
        <source>Combination</source>
        <translation>合并方式</translation>
    </message>
    <message>
        <source>Whether the branches are multiplied, as in the authors&apos; code, or added, as in the paper.</source>
        <translation>两个分支是相乘（作者代码）还是相加（论文）。</translation>
    </message>
    <message>
        <source>Attention between channels</source>
        <translation>通道之间的注意力</translation>
    </message>
    <message>
        <source>Dual attention of positions and channels</source>
        <translation>位置与通道的双重注意力</translation>
    </message>
    <message>
        <source>Lets every position gather from positions which resemble it, and every channel from channels which do not.</source>
        <translation>让每个位置从相似的位置汇集，让每个通道从不相似的通道汇集。</translation>
    </message>
    <message>
        <source>Large-kernel factors</source>
        <translation>大核因子</translation>
    </message>
    <message>
        <source>Large kernel attention</source>
        <translation>大核注意力</translation>
    </message>
    <message>
        <source>Multiplies every value by a sum over a wide neighbourhood, composed of two small kernels.</source>
        <translation>把每个值乘以由两个小核组成的宽邻域之和。</translation>
    </message>
    <message>
        <source>Whole block</source>
        <translation>整个模块</translation>
    </message>
    <message>
        <source>Adds the projections and the residual which surround it in the network.</source>
        <translation>加上网络中环绕它的投影与残差。</translation>
    </message>
    <message>
        <source>PSA needs at least %1 channels in this mode, but these features have %2; choose features with more channels.</source>
        <translation>此模式下 PSA 至少需要 %1 个通道，而这些特征只有 %2 个；请选择通道更多的特征。</translation>
    </message>
    <message>
        <source>Polarized self-attention</source>
        <translation>极化自注意力</translation>
    </message>
    <message>
        <source>Weighs channels by one query over all positions and positions by one query over channels.</source>
        <translation>用对所有位置的一个查询为通道加权，用对通道的一个查询为位置加权。</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>顺序</translation>
    </message>
    <message>
        <source>Whether both branches see the features or the spatial branch what the channel branch leaves.</source>
        <translation>两个分支都看特征，还是空间分支看通道分支的结果。</translation>
    </message>
    <message>
        <source>Residual attention needs at least 4 channels, but these features have %1; choose features with more channels.</source>
        <translation>残差注意力至少需要 4 个通道，而这些特征只有 %1 个；请选择通道更多的特征。</translation>
    </message>
    <message>
        <source>Soft mask</source>
        <translation>软掩码</translation>
    </message>
    <message>
        <source>Residual attention</source>
        <translation>残差注意力</translation>
    </message>
    <message>
        <source>Strengthens every value by a mask which a coarser copy of the features draws.</source>
        <translation>由特征的较粗副本画出的掩码增强每个值。</translation>
    </message>
    <message>
        <source>RGA is set to a grid of %1, but these features have %2; make them agree.</source>
        <translation>RGA 设定的网格是 %1，而这些特征是 %2；请使两者一致。</translation>
    </message>
    <message>
        <source>RGA has nothing to compute: its ratios leave no inner layer of %1 channels and %2 positions; choose smaller ratios, or 0 to have them chosen.</source>
        <translation>RGA 无可计算：其比率使 %1 个通道和 %2 个位置不剩内层；请选择更小的比率，或用 0 自动选择。</translation>
    </message>
    <message>
        <source>RGA needs weights for every pair of positions, too many for %1; choose a coarser grid.</source>
        <translation>RGA 需要每对位置的权重，对 %1 来说太多；请选择更粗的网格。</translation>
    </message>
    <message>
        <source>Relation-aware global attention</source>
        <translation>关系感知全局注意力</translation>
    </message>
    <message>
        <source>Weighs positions, then channels, by how each relates to all the others.</source>
        <translation>先为位置、再为通道加权，依据各自与其余全体的关系。</translation>
    </message>
    <message>
        <source>Channel ratio</source>
        <translation>通道比率</translation>
    </message>
    <message>
        <source>How many times fewer inner channels there are; 0 takes 8, or all there are.</source>
        <translation>内部通道缩减多少倍；0 表示 8，或全部通道。</translation>
    </message>
    <message>
        <source>Position ratio</source>
        <translation>位置比率</translation>
    </message>
    <message>
        <source>How many times fewer inner positions there are; 0 takes 8, or all there are.</source>
        <translation>内部位置缩减多少倍；0 表示 8，或全部位置。</translation>
    </message>
    <message>
        <source>Hidden ratio</source>
        <translation>隐藏比率</translation>
    </message>
    <message>
        <source>How many times fewer values the last hidden layers have; 0 takes 8, or what leaves one.</source>
        <translation>最后的隐藏层缩减多少倍；0 表示 8，或恰好剩一个。</translation>
    </message>
    <message>
        <source>Grid height</source>
        <translation>网格高度</translation>
    </message>
    <message>
        <source>Rows of the grid the weights are made for; 0 takes what is usual.</source>
        <translation>权重所对应网格的行数；0 表示通常值。</translation>
    </message>
    <message>
        <source>Grid width</source>
        <translation>网格宽度</translation>
    </message>
    <message>
        <source>Columns of the grid the weights are made for; 0 takes what is usual.</source>
        <translation>权重所对应网格的列数；0 表示通常值。</translation>
    </message>
    <message>
        <source>Shuffle attention halves its channels, but these features have %1; choose features with an even number of channels.</source>
        <translation>置换注意力要把通道对半分，而这些特征有 %1 个通道；请选择通道数为偶数的特征。</translation>
    </message>
    <message>
        <source>%1 channels cannot be shared out evenly among the halves of %2 groups; choose a number of groups which divides %3.</source>
        <translation>%1 个通道无法平均分给 %2 组的两半；请选择能整除 %3 的组数。</translation>
    </message>
    <message>
        <source>Gates of both halves</source>
        <translation>两半的门</translation>
    </message>
    <message>
        <source>Shuffle attention</source>
        <translation>置换注意力</translation>
    </message>
    <message>
        <source>Weighs one half of each group of channels as a whole and the other half position by position, then shuffles the channels.</source>
        <translation>把每组通道的一半整体加权，另一半逐位置加权，然后打乱通道。</translation>
    </message>
    <message>
        <source>Groups of channels; 0 takes as many as go evenly, up to 64.</source>
        <translation>通道组数；0 表示取能均分的最大值，不超过 64。</translation>
    </message>
    <message>
        <source>Concurrent spatial and channel squeeze-and-excitation</source>
        <translation>并行的空间与通道压缩激励</translation>
    </message>
    <message>
        <source>Weighs the channels and the positions side by side and joins both results.</source>
        <translation>同时为通道与位置加权，并合并两个结果。</translation>
    </message>
    <message>
        <source>Whether the larger of both results counts, as in the authors&apos; code, or their sum, as in the paper.</source>
        <translation>取两个结果中较大者（作者代码）还是两者之和（论文）。</translation>
    </message>
    <message>
        <source>SGE needs at least two positions; choose a smaller stride or a larger picture.</source>
        <translation>SGE 至少需要两个位置；请选择更小的步长或更大的图片。</translation>
    </message>
    <message>
        <source>%1 channels cannot be shared out evenly among %2 groups; choose a number of groups which divides %1.</source>
        <translation>%1 个通道无法平均分给 %2 组；请选择能整除 %1 的组数。</translation>
    </message>
    <message>
        <source>Gate of each group</source>
        <translation>每组的门</translation>
    </message>
    <message>
        <source>Spatial group-wise enhance</source>
        <translation>空间分组增强</translation>
    </message>
    <message>
        <source>Weighs the positions of each group of channels by their likeness to the group&apos;s mean.</source>
        <translation>按与组均值的相似程度为每组通道的位置加权。</translation>
    </message>
    <message>
        <source>Groups of channels with a map each; 0 takes as many as go evenly, up to 64.</source>
        <translation>各有一幅图的通道组数；0 表示取能均分的最大值，不超过 64。</translation>
    </message>
    <message>
        <source>Strip gate</source>
        <translation>条带门</translation>
    </message>
    <message>
        <source>Strip pooling attention</source>
        <translation>条带池化注意力</translation>
    </message>
    <message>
        <source>Weighs every value by what whole rows and whole columns of the picture hold.</source>
        <translation>按图片整行与整列的内容为每个值加权。</translation>
    </message>
    <message>
        <source>Mean of the gates</source>
        <translation>各门的均值</translation>
    </message>
    <message>
        <source>Gate of channel and column</source>
        <translation>通道与列的门</translation>
    </message>
    <message>
        <source>Gate of row and channel</source>
        <translation>行与通道的门</translation>
    </message>
    <message>
        <source>Triplet attention</source>
        <translation>三元组注意力</translation>
    </message>
    <message>
        <source>Averages three gates, each of which sees the features along another pair of axes.</source>
        <translation>对三个门求平均，每个门沿不同的一对轴看特征。</translation>
    </message>
    <message>
        <source>Without the spatial branch</source>
        <translation>不含空间分支</translation>
    </message>
    <message>
        <source>Leaves out the gate which sees rows and columns.</source>
        <translation>去掉看行与列的门。</translation>
    </message>
    <message>
        <source>%1 would have %2 million learned values, and at most %3 million are held; choose smaller or fewer kernels or layers.</source>
        <translation>%1 将有 %2 百万个学习值，而最多容纳 %3 百万个；请选择更小或更少的卷积核或层。</translation>
    </message>
    <message>
        <source>Channels of the output; 0 takes as many as the input has.</source>
        <translation>输出的通道数；0 表示与输入相同。</translation>
    </message>
    <message>
        <source>Cells along each side of the kernel; an even size makes the output one cell larger.</source>
        <translation>卷积核每边的单元数；偶数会使输出多出一个单元。</translation>
    </message>
    <message>
        <source>Runs of channels which are convolved apart from each other.</source>
        <translation>彼此独立卷积的连续通道组数。</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>偏置</translation>
    </message>
    <message>
        <source>Whether a mixed bias is added to each output channel.</source>
        <translation>是否给每个输出通道加上混合的偏置。</translation>
    </message>
    <message>
        <source>%1 cannot share out %2 input and %3 output channels evenly among %4 groups; choose a number of groups which divides both.</source>
        <translation>%1 无法把 %2 个输入通道和 %3 个输出通道平均分给 %4 组；请选择能同时整除两者的组数。</translation>
    </message>
    <message>
        <source>Weights of the experts</source>
        <translation>专家的权重</translation>
    </message>
    <message>
        <source>How many kernels are mixed.</source>
        <translation>参与混合的卷积核个数。</translation>
    </message>
    <message>
        <source>Mixes one kernel from several experts for every picture and convolves with it.</source>
        <translation>为每张图片由多个专家混合出一个卷积核并用它卷积。</translation>
    </message>
    <message>
        <source>DIA&apos;s state “%1” has the shape %2; it needs one number for each of the %3 channels.</source>
        <translation>DIA 的状态“%1”的形状是 %2；它需要 %3 个通道各一个数。</translation>
    </message>
    <message>
        <source>DIA needs at least %1 channels, but these features have %2.</source>
        <translation>DIA 至少需要 %1 个通道，而这些特征只有 %2 个。</translation>
    </message>
    <message>
        <source>Weighs channels by a memory which is handed on from block to block, here from frame to frame.</source>
        <translation>按逐块传递（此处逐帧传递）的记忆为通道加权。</translation>
    </message>
    <message>
        <source>The higher, the more evenly the kernels are mixed.</source>
        <translation>越高，卷积核混合得越平均。</translation>
    </message>
    <message>
        <source>Hidden numbers as a fraction of the channels, besides one.</source>
        <translation>隐藏数占通道数的比例（另加一个）。</translation>
    </message>
    <message>
        <source>Mixes one kernel from several, by weights which sum to 1, and convolves with it.</source>
        <translation>用总和为 1 的权重由多个卷积核混合出一个并用它卷积。</translation>
    </message>
    <message>
        <source>Context encoding</source>
        <translation>上下文编码</translation>
    </message>
    <message>
        <source>Describes the scene by its distances to learned codewords and weighs the channels by that.</source>
        <translation>以场景到学习码字的距离描述场景，并据此为通道加权。</translation>
    </message>
    <message>
        <source>How many codewords the features are assigned to.</source>
        <translation>特征被分配到多少个码字。</translation>
    </message>
    <message>
        <source>Classes of the second head, which does not change the attention.</source>
        <translation>第二个头的类别数；它不改变注意力。</translation>
    </message>
    <message>
        <source>FcaNet cannot share out %1 channels evenly among %2 frequencies; choose fewer of them, or 1.</source>
        <translation>FcaNet 无法把 %1 个通道平均分给 %2 个频率；请选择更少的频率，或 1 个。</translation>
    </message>
    <message>
        <source>Side of the grid to which the features are pooled; 0 chooses it by their channels.</source>
        <translation>特征池化到的网格的边长；0 表示按通道数选择。</translation>
    </message>
    <message>
        <source>Describes groups of channels by different spatial frequencies instead of their mean.</source>
        <translation>用不同的空间频率而不是均值来描述各组通道。</translation>
    </message>
    <message>
        <source>Pooled height</source>
        <translation>池化高度</translation>
    </message>
    <message>
        <source>Pooled width</source>
        <translation>池化宽度</translation>
    </message>
    <message>
        <source>Which frequencies, and how many: the best, the lowest or the worst of the paper.</source>
        <translation>哪些频率、多少个：论文中最好的、最低的或最差的。</translation>
    </message>
    <message>
        <source>Lets channels compete or cooperate by their strength, with three numbers per channel.</source>
        <translation>让通道按强度竞争或协作，每个通道三个数。</translation>
    </message>
    <message>
        <source>How the strength of a channel is measured.</source>
        <translation>如何度量通道的强度。</translation>
    </message>
    <message>
        <source>Keeps the norm of silent features away from zero.</source>
        <translation>使无响应特征的范数不为零。</translation>
    </message>
    <message>
        <source>After a relu</source>
        <translation>在 relu 之后</translation>
    </message>
    <message>
        <source>Whether the features are known to be positive, so that l1 adds them as they are.</source>
        <translation>是否已知特征为正，使 l1 直接相加。</translation>
    </message>
    <message>
        <source>Weighs channels by how they vary together rather than by their means.</source>
        <translation>按通道共同变化的方式而不是均值为通道加权。</translation>
    </message>
    <message>
        <source>Channels among which the covariance is taken.</source>
        <translation>计算协方差所用的通道数。</translation>
    </message>
    <message>
        <source>Takes every so many rows and columns into the covariance.</source>
        <translation>每隔多少行和列取一个计入协方差。</translation>
    </message>
    <message>
        <source>Highway needs an odd kernel size, not %1; what passes and what is added must fit.</source>
        <translation>Highway 需要奇数的核大小，而不是 %1；通过的与加入的必须相配。</translation>
    </message>
    <message>
        <source>How much is transformed, layer by layer</source>
        <translation>逐层的变换程度</translation>
    </message>
    <message>
        <source>Decides for every value how much of it is transformed and how much passes unchanged.</source>
        <translation>决定每个值有多少被变换、多少原样通过。</translation>
    </message>
    <message>
        <source>How many such layers follow each other.</source>
        <translation>这样的层连续有多少个。</translation>
    </message>
    <message>
        <source>Cells along each side of the kernels; an odd number.</source>
        <translation>卷积核每边的单元数，奇数。</translation>
    </message>
    <message>
        <source>The paths of SK have odd kernel sizes, not %1; choose sizes such as 3, 5 and 7.</source>
        <translation>SK 各路径的核大小是奇数，而不是 %1；请选择如 3、5、7 的大小。</translation>
    </message>
    <message>
        <source>SK cannot share out %1 channels evenly among %2 groups; choose a number of groups which divides %1, or 0.</source>
        <translation>SK 无法把 %1 个通道平均分给 %2 组；请选择能整除 %1 的组数，或 0。</translation>
    </message>
    <message>
        <source>Weights of the kernel sizes</source>
        <translation>核大小的权重</translation>
    </message>
    <message>
        <source>Selective kernels</source>
        <translation>选择性核</translation>
    </message>
    <message>
        <source>Chooses for each channel between kernels of different sizes.</source>
        <translation>为每个通道在不同大小的核之间选择。</translation>
    </message>
    <message>
        <source>How far each path reaches, in cells; odd numbers.</source>
        <translation>每条路径的范围（单元数），奇数。</translation>
    </message>
    <message>
        <source>Runs of channels which are convolved apart from each other; 0 takes up to 32.</source>
        <translation>彼此独立卷积的连续通道组数；0 表示至多 32。</translation>
    </message>
    <message>
        <source>Hidden channels</source>
        <translation>隐藏通道</translation>
    </message>
    <message>
        <source>Size of the hidden layer; 0 takes a sixteenth of the channels, at least 32.</source>
        <translation>隐藏层大小；0 表示通道数的十六分之一，至少 32。</translation>
    </message>
    <message>
        <source>SOCA needs at least two positions, for one does not vary; choose a larger picture or a smaller stride.</source>
        <translation>SOCA 至少需要两个位置，一个位置没有变化；请选择更大的图片或更小的步长。</translation>
    </message>
    <message>
        <source>SOCA compares how channels vary, but these do not vary at all; choose a picture which is not of one colour.</source>
        <translation>SOCA 比较通道如何变化，但这些通道毫无变化；请选择不是单一颜色的图片。</translation>
    </message>
    <message>
        <source>Weighs channels by the square root of their covariance.</source>
        <translation>按通道协方差的平方根为通道加权。</translation>
    </message>
    <message>
        <source>Steps towards the square root.</source>
        <translation>逼近平方根的步数。</translation>
    </message>
    <message>
        <source>Split-attention cannot share out %1 channels evenly among %2 splits in %3 groups; choose numbers whose product divides %1.</source>
        <translation>拆分注意力无法把 %1 个通道平均分给 %3 组中的 %2 个拆分；请选择乘积能整除 %1 的数。</translation>
    </message>
    <message>
        <source>Split-attention cannot share out %1 output and %2 hidden channels evenly among %3 groups; choose a number of groups which divides both.</source>
        <translation>拆分注意力无法把 %1 个输出通道和 %2 个隐藏通道平均分给 %3 组；请选择能同时整除两者的组数。</translation>
    </message>
    <message>
        <source>Gate of the only split</source>
        <translation>唯一拆分的门</translation>
    </message>
    <message>
        <source>Split-attention</source>
        <translation>拆分注意力</translation>
    </message>
    <message>
        <source>Convolves the features several times over and mixes the results for each channel.</source>
        <translation>对特征做多次卷积，并为每个通道混合结果。</translation>
    </message>
    <message>
        <source>Splits</source>
        <translation>拆分数</translation>
    </message>
    <message>
        <source>How many results are mixed; a single one is gated.</source>
        <translation>混合多少个结果；只有一个时用门。</translation>
    </message>
    <message>
        <source>Runs of channels which are treated apart from each other.</source>
        <translation>彼此独立处理的连续通道组数。</translation>
    </message>
    <message>
        <source>How many times fewer channels the hidden layer has; it keeps at least 32.</source>
        <translation>隐藏层的通道数缩减为几分之一；至少保留 32 个。</translation>
    </message>
    <message>
        <source>PSANet is too large here: it compares %1 positions with each other, by a mask of %2×%3 cells in %4 channels; choose a larger shrink factor or stride, a smaller mask or fewer inner channels.</source>
        <translation>PSANet 在此过大：它用 %4 个通道中 %2×%3 的掩码两两比较 %1 个位置；请选择更大的缩小倍数或步长、更小的掩码或更少的内部通道。</translation>
    </message>
    <message>
        <source>%1 has nothing to compute: a reduction of %2 leaves no hidden channel of %3; choose a reduction of at most %3.</source>
        <translation>%1 无法计算：缩减比 %2 使 %3 个通道没有剩下任何隐藏通道；请选择不大于 %3 的缩减比。</translation>
    </message>
    <message>
        <source>The Retina knows no classes; name a trained network.</source>
        <translation>Retina 不认识类别；请指定一个训练过的网络。</translation>
    </message>
    <message>
        <source>%1 has no class “%2”; its classes.json lists them.</source>
        <translation>%1 没有类别“%2”；其 classes.json 列出了所有类别。</translation>
    </message>
    <message>
        <source>%1 needs more memory than there is; open a smaller model.</source>
        <translation>%1 需要的内存超过现有内存；请打开较小的模型。</translation>
    </message>
    <message>
        <source>%1 could not be run (%2); export it again.</source>
        <translation>%1 无法运行（%2）；请重新导出。</translation>
    </message>
    <message>
        <source>%1 has %2 inputs; %3 were given.</source>
        <translation>%1 有 %2 个输入，但给出了 %3 个。</translation>
    </message>
    <message>
        <source>%1: the input “%2” takes %3 (−1: any), not %4.</source>
        <translation>%1：输入“%2”的尺寸应为 %3（−1：任意），而不是 %4。</translation>
    </message>
    <message>
        <source>its result takes more than the %1 MiB a model may use</source>
        <translation>其结果超过模型可用的 %1 MiB</translation>
    </message>
    <message>
        <source>its sizes cannot be worked out</source>
        <translation>无法求出其尺寸</translation>
    </message>
    <message>
        <source>%1 is damaged or no ONNX model; export it again.</source>
        <translation>%1 已损坏或不是 ONNX 模型；请重新导出。</translation>
    </message>
    <message>
        <source>%1 cannot be read; check its permissions.</source>
        <translation>无法读取 %1；请检查其权限。</translation>
    </message>
    <message>
        <source>%1: the value “%2” is made twice; export it again.</source>
        <translation>%1：值“%2”被产生了两次；请重新导出。</translation>
    </message>
    <message>
        <source>%1 has sparse weights, which Fovea does not read.</source>
        <translation>%1 含有稀疏权重，Fovea 不读取这种权重。</translation>
    </message>
    <message>
        <source>%1: “%2” is no tensor of numbers Fovea computes with.</source>
        <translation>%1：“%2”不是 Fovea 可以计算的数值张量。</translation>
    </message>
    <message>
        <source>%1: the value “%2” is read before it is made; export it again.</source>
        <translation>%1：值“%2”在产生之前就被读取；请重新导出。</translation>
    </message>
    <message>
        <source>There is no file “%1”.</source>
        <translation>没有文件“%1”。</translation>
    </message>
    <message>
        <source>%1 would take more than %2 MiB of memory; open a smaller model.</source>
        <translation>%1 将占用超过 %2 MiB 的内存；请打开较小的模型。</translation>
    </message>
    <message>
        <source>%1 uses operators Fovea does not have (opset %2): %3. Export the part before them, or replace them.</source>
        <translation>%1 使用了 Fovea 没有的算子（opset %2）：%3。请导出它们之前的部分，或替换它们。</translation>
    </message>
    <message>
        <source>%1 has more than %2 nodes; open a smaller model.</source>
        <translation>%1 的节点超过 %2 个；请打开较小的模型。</translation>
    </message>
    <message>
        <source>%1: the data of “%2” must lie within a file in the model&apos;s own folder (it names “%3”); keep the files together.</source>
        <translation>%1：“%2”的数据必须位于模型所在文件夹内的文件中（它指向“%3”）；请把文件放在一起。</translation>
    </message>
    <message>
        <source>%1: the data of “%2” do not have the size they should; export the model again.</source>
        <translation>%1：“%2”的数据大小不符；请重新导出模型。</translation>
    </message>
    <message>
        <source>%1: “%2” has elements of type %3, which Fovea does not compute with.</source>
        <translation>%1：“%2”的元素类型为 %3，Fovea 不能计算。</translation>
    </message>
    <message>
        <source>%1: “%2” (%3) takes more memory than a model may; open a smaller one.</source>
        <translation>%1：“%2”（%3）占用的内存超过模型允许的范围；请打开较小的模型。</translation>
    </message>
    <message>
        <source>the sizes %1 and %2 do not fit together</source>
        <translation>尺寸 %1 与 %2 不相配</translation>
    </message>
    <message>
        <source>it is not computed with elements of type %1</source>
        <translation>它不能对类型 %1 的元素进行计算</translation>
    </message>
    <message>
        <source>its attribute “%1” has a value which is not supported</source>
        <translation>其属性“%1”的值不受支持</translation>
    </message>
    <message>
        <source>the axis %1 does not exist in an array with %2 axes</source>
        <translation>在有 %2 个轴的数组中没有轴 %1</translation>
    </message>
    <message>
        <source>the axis %1 is named twice</source>
        <translation>轴 %1 被指定了两次</translation>
    </message>
    <message>
        <source>it divides a whole number by 0</source>
        <translation>它用 0 去除一个整数</translation>
    </message>
    <message>
        <source>it has too few or too many inputs</source>
        <translation>它的输入太少或太多</translation>
    </message>
    <message>
        <source>an axis with %1 elements is not split into %2 such parts</source>
        <translation>含 %1 个元素的轴不能分成 %2 个这样的部分</translation>
    </message>
    <message>
        <source>its second output is not computed</source>
        <translation>它的第二个输出不被计算</translation>
    </message>
    <message>
        <source>its mask output is only made in training</source>
        <translation>它的掩码输出只在训练时产生</translation>
    </message>
    <message>
        <source>an axis with %1 elements cannot be left out</source>
        <translation>含 %1 个元素的轴不能省去</translation>
    </message>
    <message>
        <source>it has %1 inputs where %2 to %3 are needed</source>
        <translation>它有 %1 个输入，而需要 %2 到 %3 个</translation>
    </message>
    <message>
        <source>its output would have the impossible size %1</source>
        <translation>其输出将具有不可能的尺寸 %1</translation>
    </message>
    <message>
        <source>its input %1 has a value which is not supported</source>
        <translation>其输入 %1 的值不受支持</translation>
    </message>
    <message>
        <source>the index %1 lies outside of an axis with %2 elements</source>
        <translation>索引 %1 超出含 %2 个元素的轴</translation>
    </message>
    <message>
        <source>it is not computed with an input of size %1</source>
        <translation>它不能对尺寸为 %1 的输入进行计算</translation>
    </message>
    <message>
        <source>%1: %2 cannot be computed (%3).</source>
        <translation>%1：无法计算 %2（%3）。</translation>
    </message>
    <message>
        <source>it has an output which is not supported</source>
        <translation>它有一个不受支持的输出</translation>
    </message>
    <message>
        <source>%1 would take at least %2 MiB of memory for a picture of this size, more than the %3 MiB it may; choose a smaller size.</source>
        <translation>对这种尺寸的图像，%1 至少需要 %2 MiB 内存，超过允许的 %3 MiB；请选择较小的尺寸。</translation>
    </message>
    <message>
        <source>%1: “%2” is “%3”, which leads out of the folder; name a file inside it.</source>
        <translation>%1：“%2”为“%3”，指向文件夹之外；请指定文件夹内的文件。</translation>
    </message>
    <message>
        <source>%1: “%2” is “%3”, but there is no such file in the folder.</source>
        <translation>%1：“%2”为“%3”，但文件夹中没有这个文件。</translation>
    </message>
    <message>
        <source>The folder “%1” holds no manifest.json; choose the folder of a model bundle.</source>
        <translation>文件夹“%1”中没有 manifest.json；请选择模型包的文件夹。</translation>
    </message>
    <message>
        <source>%1: “%2” does not fit the features: %3</source>
        <translation>%1：“%2”与特征不相配：%3</translation>
    </message>
    <message>
        <source>The memory does not suffice for the model in “%1”; choose a smaller one.</source>
        <translation>内存不足以装下“%1”中的模型；请选择较小的模型。</translation>
    </message>
    <message>
        <source>The model in “%1” cannot be read (%2); copy the folder again.</source>
        <translation>无法读取“%1”中的模型（%2）；请重新复制该文件夹。</translation>
    </message>
    <message>
        <source>%1 should have one input, and an output named “%2” as its manifest says.</source>
        <translation>按其清单，%1 应有一个输入和一个名为“%2”的输出。</translation>
    </message>
    <message>
        <source>%1 gives features of %2, not of %3 channels as its manifest says.</source>
        <translation>%1 给出的特征为 %2，而不是清单所说的 %3 个通道。</translation>
    </message>
    <message>
        <source>The features of %1 are not finite; use other weights.</source>
        <translation>%1 的特征不是有限数；请使用其他权重。</translation>
    </message>
    <message>
        <source>“%1” is nested more than %2 levels deep; choose another folder.</source>
        <translation>“%1”的嵌套超过 %2 层；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>“%1” is not JSON or is cut off; correct it or copy the folder again.</source>
        <translation>“%1”不是 JSON 或已被截断；请改正或重新复制文件夹。</translation>
    </message>
    <message>
        <source>%1: the key “%2” is missing; add it.</source>
        <translation>%1：缺少键“%2”；请补上。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a whole number.</source>
        <translation>%1：“%2”应为整数。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a whole number from %3 to %4.</source>
        <translation>%1：“%2”应为 %3 到 %4 的整数。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a text in quotes.</source>
        <translation>%1：“%2”应为带引号的文本。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a text of at most %3 letters.</source>
        <translation>%1：“%2”应为最多 %3 个字符的文本。</translation>
    </message>
    <message>
        <source>%1: “%2” should be true or false.</source>
        <translation>%1：“%2”应为 true 或 false。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a number.</source>
        <translation>%1：“%2”应为数字。</translation>
    </message>
    <message>
        <source>%1: “%2” should be an object in braces.</source>
        <translation>%1：“%2”应为花括号中的对象。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a list of %3 numbers from %4 to %5.</source>
        <translation>%1：“%2”应为 %3 个 %4 到 %5 的数字的列表。</translation>
    </message>
    <message>
        <source>%1: “%2” should be a list of texts.</source>
        <translation>%1：“%2”应为文本列表。</translation>
    </message>
    <message>
        <source>%1: “%2” should be one of: %3.</source>
        <translation>%1：“%2”应为以下之一：%3。</translation>
    </message>
    <message>
        <source>%1: “%2” should be %3, as “tap.channels”.</source>
        <translation>%1：“%2”应为 %3，与“tap.channels”相同。</translation>
    </message>
    <message>
        <source>%1: “%2” needs an even number of channels in “tap.channels”.</source>
        <translation>%1：“%2”要求“tap.channels”的通道数为偶数。</translation>
    </message>
    <message>
        <source>%1: “%2” has more than %3 entries; keep fewer.</source>
        <translation>%1：“%2”的条目超过 %3 个；请减少。</translation>
    </message>
    <message>
        <source>%1: “%2” should be one of the names in “modules”.</source>
        <translation>%1：“%2”应为“modules”中的名称之一。</translation>
    </message>
    <message>
        <source>“%1” should hold an object in braces; choose another folder.</source>
        <translation>“%1”应包含花括号中的对象；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>%1: “%2” is newer than this version reads; update Fovea.</source>
        <translation>%1：“%2”比本版本能读取的更新；请更新 Fovea。</translation>
    </message>
    <message>
        <source>“%1” should hold a list of 1 to %2 labels; choose another folder.</source>
        <translation>“%1”应包含 1 到 %2 个标签的列表；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>%1: “%2” should be %3, its place in the list.</source>
        <translation>%1：“%2”应为 %3，即它在列表中的位置。</translation>
    </message>
    <message>
        <source>A network needs an 8-bit colour picture; open another picture.</source>
        <translation>网络需要 8 位彩色图像；请打开其他图像。</translation>
    </message>
    <message>
        <source>A network cannot read pictures of a size of %1 pixels; choose 1 to %2.</source>
        <translation>网络不能读取尺寸为 %1 像素的图像；请选择 1 到 %2。</translation>
    </message>
    <message>
        <source>The memory does not suffice for this picture; choose a smaller size.</source>
        <translation>内存不足以处理这幅图像；请选择较小的尺寸。</translation>
    </message>
    <message>
        <source>%1 gives %2 numbers for %3 classes; its manifest should fit.</source>
        <translation>%1 为 %3 个类别给出了 %2 个数；其清单应与之相符。</translation>
    </message>
    <message>
        <source>The prediction of %1 is not finite; use other weights.</source>
        <translation>%1 的预测不是有限数；请使用其他权重。</translation>
    </message>
    <message>
        <source>The network goes on with %1×%2×%3 numbers; this mechanism gives %4×%5×%6.</source>
        <translation>网络需要 %1×%2×%3 个数才能继续；这个机制给出 %4×%5×%6 个。</translation>
    </message>
    <message>
        <source>There is no class activation map: it needs a network which ends in the mean of its features and a linear layer.</source>
        <translation>没有类激活图：它要求网络以特征均值和一个线性层结束。</translation>
    </message>
    <message>
        <source>Class activation</source>
        <translation>类激活</translation>
    </message>
    <message>
        <source>“%1” line %2: the first line should be “%3”.</source>
        <translation>“%1”第 %2 行：首行应为“%3”。</translation>
    </message>
    <message>
        <source>“%1” line %2: there should be six values, as in “%3”.</source>
        <translation>“%1”第 %2 行：应有六个值，如“%3”。</translation>
    </message>
    <message>
        <source>“%1” line %2: “%3” is no name of a picture inside the folder.</source>
        <translation>“%1”第 %2 行：“%3”不是文件夹内图像的名称。</translation>
    </message>
    <message>
        <source>“%1” line %2: “%3” stands here for the second time; keep one line per picture.</source>
        <translation>“%1”第 %2 行：“%3”第二次出现；请每幅图像只保留一行。</translation>
    </message>
    <message>
        <source>“%1” line %2: there is no class “%3”; write a name of the bundle’s classes.json.</source>
        <translation>“%1”第 %2 行：没有类别“%3”；请写模型包 classes.json 中的名称。</translation>
    </message>
    <message>
        <source>“%1” line %2: several classes are named “%3”; write group/name.</source>
        <translation>“%1”第 %2 行：有多个类别名为“%3”；请写成 组/名称。</translation>
    </message>
    <message>
        <source>“%1” line %2: “%3” is no whole number from 0.</source>
        <translation>“%1”第 %2 行：“%3”不是从 0 起的整数。</translation>
    </message>
    <message>
        <source>“%1” line %2: the box has no area; x0 &lt; x1 and y0 &lt; y1 are needed.</source>
        <translation>“%1”第 %2 行：框没有面积；要求 x0 &lt; x1 且 y0 &lt; y1。</translation>
    </message>
    <message>
        <source>“%1” names no picture; add a line for each.</source>
        <translation>“%1”没有列出图像；请为每幅图像加一行。</translation>
    </message>
    <message>
        <source>The bundle holds no mechanism “%1”; choose one its manifest.json lists.</source>
        <translation>模型包中没有机制“%1”；请选择其 manifest.json 列出的机制。</translation>
    </message>
    <message>
        <source>“%1” (line %2) is left out: %3</source>
        <translation>“%1”（第 %2 行）被略过：%3</translation>
    </message>
    <message>
        <source>The box reaches beyond the picture of %1 × %2 pixels.</source>
        <translation>框超出了 %1 × %2 像素的图像。</translation>
    </message>
    <message>
        <source>%1 on “%2” (line %3): %4</source>
        <translation>%1，图像“%2”（第 %3 行）：%4</translation>
    </message>
    <message>
        <source>“%1” is not a session of Fovea; choose a .fovea file.</source>
        <translation>“%1”不是 Fovea 会话，请选择 .fovea 文件。</translation>
    </message>
    <message>
        <source>“%1” was saved by a newer Fovea; open it with that one.</source>
        <translation>“%1”由更新版本的 Fovea 保存，请用该版本打开。</translation>
    </message>
    <message>
        <source>Whether a map matters only a trained network can tell; choose one under Model.</source>
        <translation>注意力图是否重要只有训练过的网络才能判断，请在“模型”中选择一个。</translation>
    </message>
    <message>
        <source>There is no mechanism to measure; choose one in the list.</source>
        <translation>没有可测量的机制，请在列表中选择一个。</translation>
    </message>
    <message>
        <source>%1 compares several frames, and this is measured on a single picture; choose another mechanism.</source>
        <translation>%1 比较多帧，而此项在单张图像上测量，请选择其他机制。</translation>
    </message>
    <message>
        <source>%1 steps are not possible; choose 1 to %2.</source>
        <translation>不能用 %1 步，请选择 1 到 %2。</translation>
    </message>
    <message>
        <source>Measuring needs more memory than there is; choose a smaller picture.</source>
        <translation>测量所需内存不足，请选择较小的图像。</translation>
    </message>
    <message>
        <source>Measuring failed (%1); choose another picture.</source>
        <translation>测量失败（%1），请选择其他图像。</translation>
    </message>
    <message>
        <source>%1 gives features of another size, so channels cannot be compared; choose “before”.</source>
        <translation>%1 给出的特征尺寸不同，无法比较通道，请选择“之前”。</translation>
    </message>
    <message>
        <source>The two maps have no cell in common; choose another place or another map.</source>
        <translation>两张图没有共同的单元格，请选择其他位置或其他图。</translation>
    </message>
    <message>
        <source>The difference of the two maps is not finite; choose other weights or parameters.</source>
        <translation>两张图之差不是有限数，请选择其他权重或参数。</translation>
    </message>
    <message>
        <source>A − B</source>
        <translation>A − B</translation>
    </message>
    <message>
        <source>to each place from itself in this frame, maximum over heads</source>
        <translation>从本帧中每处到其自身，各头最大值</translation>
    </message>
    <message>
        <source>from each place to itself in this frame, maximum over heads</source>
        <translation>从每处到本帧中的自身，各头最大值</translation>
    </message>
    <message>
        <source>to the query from this frame, maximum over heads</source>
        <translation>从本帧到查询点，各头最大值</translation>
    </message>
    <message>
        <source>from the query to this frame, maximum over heads</source>
        <translation>从查询点到本帧，各头最大值</translation>
    </message>
    <message>
        <source>to the query, maximum over heads</source>
        <translation>到查询点，各头最大值</translation>
    </message>
    <message>
        <source>from the query, maximum over heads</source>
        <translation>从查询点出发，各头最大值</translation>
    </message>
    <message>
        <source>The map “%1” of %2 has no heads; choose a matrix.</source>
        <translation>%2 的图“%1”没有头，请选择矩阵。</translation>
    </message>
    <message>
        <source>There are no steps of the module “%1” yet; choose it in the list.</source>
        <translation>还没有模块“%1”的步骤，请在列表中选择它。</translation>
    </message>
    <message>
        <source>output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Features</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>code %1, maximum over heads</source>
        <translation>码字 %1，各头最大值</translation>
    </message>
    <message>
        <source>channel %1, maximum over heads</source>
        <translation>通道 %1，各头最大值</translation>
    </message>
    <message>
        <source>code %1</source>
        <translation>码字 %1</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>通道 %1</translation>
    </message>
    <message>
        <source>The file “%1” is not as it was when the session was saved; the numbers may differ.</source>
        <translation>文件“%1”在会话保存之后已改变，数值可能不同。</translation>
    </message>
    <message>
        <source>There are more values which are not allowed.</source>
        <translation>还有更多不允许的值。</translation>
    </message>
    <message>
        <source>“%1” takes a text, not “%2”.</source>
        <translation>“%1”应为文本，而不是“%2”。</translation>
    </message>
    <message>
        <source>“%1” takes an object in braces, not “%2”.</source>
        <translation>“%1”应为花括号中的对象，而不是“%2”。</translation>
    </message>
    <message>
        <source>“%1” takes a list in brackets, not “%2”.</source>
        <translation>“%1”应为方括号中的列表，而不是“%2”。</translation>
    </message>
    <message>
        <source>“%1” has %2 entries; only the first %3 are used.</source>
        <translation>“%1”有 %2 项，只使用前 %3 项。</translation>
    </message>
    <message>
        <source>This session was saved on %1.</source>
        <translation>此会话保存自 %1。</translation>
    </message>
    <message>
        <source>The picture of this session was pasted: it is not part of the session.</source>
        <translation>此会话的图像是粘贴的，未包含在会话中。</translation>
    </message>
    <message>
        <source>The folder of pictures “%1” is not there.</source>
        <translation>找不到图像文件夹“%1”。</translation>
    </message>
    <message>
        <source>The video “%1” is not there.</source>
        <translation>找不到视频“%1”。</translation>
    </message>
    <message>
        <source>The picture “%1” is not there.</source>
        <translation>找不到图像“%1”。</translation>
    </message>
    <message>
        <source>The model %1 of this program is not the one of the session; the numbers may differ.</source>
        <translation>本程序的模型 %1 与会话所用的不同，数值可能不同。</translation>
    </message>
    <message>
        <source>“%1” is empty; its default is used.</source>
        <translation>“%1”为空，已使用默认值。</translation>
    </message>
    <message>
        <source>The model “%1” is not there; %2 stands in for it.</source>
        <translation>找不到模型“%1”，暂由 %2 代替。</translation>
    </message>
    <message>
        <source>The weights “%1” are not there; others stand in for them.</source>
        <translation>找不到权重“%1”，暂由其他权重代替。</translation>
    </message>
    <message>
        <source>Pane %1 of the session is left out: this version knows no mechanism “%2”.</source>
        <translation>已略去会话的窗格 %1：本版本没有机制“%2”。</translation>
    </message>
    <message>
        <source>“%1” is missing, so that pin is left out.</source>
        <translation>缺少“%1”，已略去该图钉。</translation>
    </message>
    <message>
        <source>“%1” has %2 entries, but there are only %3 here.</source>
        <translation>“%1”有 %2 项，但这里只有 %3 个。</translation>
    </message>
    <message>
        <source>“%1” names the mechanism “%2”, which this version does not know.</source>
        <translation>“%1”指定了本版本没有的机制“%2”。</translation>
    </message>
    <message>
        <source>The settings in “%1” cannot be read; correct the file or remove it.</source>
        <translation>无法读取“%1”中的设置；请更正或删除该文件。</translation>
    </message>
    <message>
        <source>“features/model”: %1</source>
        <translation>“features/model”：%1</translation>
    </message>
    <message>
        <source>“%1” takes a whole number from %2 to %3, or one of %5, not “%4”.</source>
        <translation>“%1”应为 %2 到 %3 的整数，或 %5 之一，而不是“%4”。</translation>
    </message>
    <message>
        <source>“%1” takes a whole number from %2 to %3, not “%4”.</source>
        <translation>“%1”应为 %2 到 %3 的整数，而不是“%4”。</translation>
    </message>
    <message>
        <source>“%1” takes a number from %2 to %3, not “%4”.</source>
        <translation>“%1”应为 %2 到 %3 的数，而不是“%4”。</translation>
    </message>
    <message>
        <source>“%1” takes one of %2, not “%3”.</source>
        <translation>“%1”应为 %2 之一，而不是“%3”。</translation>
    </message>
    <message>
        <source>There is no class %1; choose one from 0 to %2.</source>
        <translation>没有类别 %1；请从 0 到 %2 中选择。</translation>
    </message>
    <message>
        <source>from each place to itself in this frame, minimum over heads</source>
        <translation>从每处到本帧中的自身，各头最小值</translation>
    </message>
    <message>
        <source>to each place from itself in this frame, minimum over heads</source>
        <translation>从本帧中每处到其自身，各头最小值</translation>
    </message>
    <message>
        <source>from the query to this frame, minimum over heads</source>
        <translation>从查询点到本帧，各头最小值</translation>
    </message>
    <message>
        <source>to the query from this frame, minimum over heads</source>
        <translation>从本帧到查询点，各头最小值</translation>
    </message>
    <message>
        <source>from the query, minimum over heads</source>
        <translation>从查询点出发，各头最小值</translation>
    </message>
    <message>
        <source>to the query, minimum over heads</source>
        <translation>到查询点，各头最小值</translation>
    </message>
    <message>
        <source>code %1, minimum over heads</source>
        <translation>码字 %1，各头最小值</translation>
    </message>
    <message>
        <source>channel %1, minimum over heads</source>
        <translation>通道 %1，各头最小值</translation>
    </message>
    <message>
        <source>There is no head %1; choose one from 0 to %2.</source>
        <translation>没有头 %1；请从 0 到 %2 中选择。</translation>
    </message>
    <message>
        <source>“%1” is a video; name an .mp4, .mkv or .avi to write.</source>
        <translation>“%1”是视频；请将输出文件命名为 .mp4、.mkv 或 .avi。</translation>
    </message>
    <message>
        <source>“%1” holds %2 frames; %3 were recorded: %4</source>
        <translation>“%1”共有 %2 帧，已录制 %3 帧：%4</translation>
    </message>
    <message>
        <source>“%1” holds %2 frames; %3 were recorded, the others cannot be read; choose an intact copy.</source>
        <translation>“%1”共有 %2 帧，已录制 %3 帧，其余无法读取；请选择完好的副本。</translation>
    </message>
    <message>
        <source>All names like “%1” are taken; choose another folder.</source>
        <translation>与“%1”类似的名称均已被占用；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>“%1” was finished or deleted by another window of Fovea.</source>
        <translation>“%1”已被另一个 Fovea 窗口补全或删除。</translation>
    </message>
    <message>
        <source>“%1” cannot be deleted (%2); delete it yourself.</source>
        <translation>无法删除“%1”（%2）；请自行删除。</translation>
    </message>
    <message>
        <source>“%1” is write-protected; choose another name or allow writing.</source>
        <translation>“%1”有写保护；请换一个名称，或允许写入。</translation>
    </message>
    <message>
        <source>Every name like “%1” is taken by other files; choose another folder.</source>
        <translation>与“%1”类似的名称都已被其他文件占用；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>“%1” would be written twice; choose another name for one of the two.</source>
        <translation>“%1”会被写入两次；请为其中之一另选一个名称。</translation>
    </message>
    <message>
        <source>“%1” is another file, so “%2” was written instead.</source>
        <translation>“%1”是另一个文件，因此写入了“%2”。</translation>
    </message>
    <message>
        <source>Files named “%1” are there already, so these are named “%2”.</source>
        <translation>已有名为“%1”的文件，因此这些文件命名为“%2”。</translation>
    </message>
    <message>
        <source>No frame can be read from “%1”; delete the recording.</source>
        <translation>无法从“%1”读取任何一帧；请删除该录像。</translation>
    </message>
    <message>
        <source>“%1” cannot be finished (%2); try once more or delete the recording.</source>
        <translation>无法补全“%1”（%2）；请重试，或删除该录像。</translation>
    </message>
    <message>
        <source>An .avi shows its frames at one rate, and those for “%1” come at uneven times; name an .mkv or an .mp4 instead.</source>
        <translation>.avi 只能以固定帧率播放，而“%1”的各帧间隔不均匀；请改用 .mkv 或 .mp4。</translation>
    </message>
    <message>
        <source>By how many positions the windows are moved; half a window joins neighbours. Along an axis which one window covers, nothing is moved.</source>
        <translation>窗口移动的位置数；移动半个窗口可连接相邻窗口。若某一方向上一个窗口即可覆盖全部位置，则该方向不移动。</translation>
    </message>
    <message>
        <source>“%1” holds sound and no pictures; choose a picture or a video.</source>
        <translation>“%1”只有声音，没有图像；请选择图像或视频。</translation>
    </message>
    <message>
        <source>“%1” claims to hold %2 bits per value, which no PNG of its kind does; save it again.</source>
        <translation>“%1”声称每个值占 %2 位，而这类 PNG 不存在这种位深；请重新保存该文件。</translation>
    </message>
    <message>
        <source>“%1” is damaged after row %2 of %3 (%4); choose an intact copy of this PNG file.</source>
        <translation>“%1”共 %3 行，第 %2 行之后已损坏（%4）；请选择此 PNG 文件的完好副本。</translation>
    </message>
    <message>
        <source>“%1” is damaged from its beginning (%2); choose an intact copy of this PNG file.</source>
        <translation>“%1”从开头起就已损坏（%2）；请选择此 PNG 文件的完好副本。</translation>
    </message>
    <message>
        <source>“%1” only points to a file which Git LFS keeps elsewhere; fetch it by “git lfs pull”.</source>
        <translation>“%1”只是 Git LFS 指针，真正的文件存放在别处；请用“git lfs pull”获取。</translation>
    </message>
    <message>
        <source>There is not enough memory for “%1”; choose a smaller picture or a larger stride, or end other programs.</source>
        <translation>内存不足，无法处理“%1”；请选择较小的图像或较大的步长，或关闭其他程序。</translation>
    </message>
    <message>
        <source>“%1” could not be finished (%2); choose another file or other options.</source>
        <translation>“%1”未能完成（%2）；请选择其他文件或其他选项。</translation>
    </message>
    <message>
        <source>The picture cannot be stored as %1 (%2); choose PNG.</source>
        <translation>无法将图片存储为 %1（%2）；请选择 PNG。</translation>
    </message>
    <message>
        <source>No picture is written as “%1”; choose a name which ends in one of %2.</source>
        <translation>不支持将图片写成“%1”；请选择以 %2 之一结尾的名称。</translation>
    </message>
    <message>
        <source>The recording “%1” cannot be written any more; free some space. What was recorded until then is offered when Fovea starts the next time.</source>
        <translation>无法继续写入录制“%1”；请释放一些空间。下次启动 Fovea 时会提供已录制的部分。</translation>
    </message>
    <message>
        <source>The recording was recovered after the program had ended unexpectedly; its last seconds may be missing.</source>
        <translation>程序意外结束后恢复了这段录制；最后几秒可能缺失。</translation>
    </message>
    <message>
        <source>No pane of the session can be restored; the window keeps its mechanism.</source>
        <translation>会话中没有可恢复的窗格；窗口保持现有机制。</translation>
    </message>
    <message>
        <source>“%1” is %2, but the lower end of the range is %3; the range is the automatic one instead.</source>
        <translation>“%1”为 %2，但范围下限为 %3；已改用自动范围。</translation>
    </message>
    <message>
        <source>“%1” is %2 a second time; that pin is left out.</source>
        <translation>“%1”再次为 %2，已略去该图钉。</translation>
    </message>
    <message>
        <source>“%1” is %2, but this mechanism has none.</source>
        <translation>“%1”为 %2，但该机制一个也没有。</translation>
    </message>
    <message>
        <source>“%1” is a link which leads nowhere; choose another name.</source>
        <translation>“%1”是一个失效的链接；请换一个名称。</translation>
    </message>
    <message>
        <source>“%1” is the input; choose another name for the output.</source>
        <translation>“%1”是输入文件；请为输出另选一个名称。</translation>
    </message>
    <message>
        <source>%2 frames of “%1” were recorded, others cannot be read: %3</source>
        <translation>已录制“%1”的 %2 帧，其余帧无法读取：%3</translation>
    </message>
    <message>
        <source>The recording “%1” cannot be finished (%2). What was recorded until then is offered when Fovea starts the next time.</source>
        <translation>无法完成录制“%1”（%2）。下次启动 Fovea 时会提供已录制的部分。</translation>
    </message>
    <message>
        <source>branch %1</source>
        <translation>分支 %1</translation>
    </message>
    <message>
        <source>“%1” takes another key than “%2”, which “keys/%3” has.</source>
        <translation>“%1”不能使用“%2”：该按键已属于“keys/%3”。</translation>
    </message>
    <message>
        <source>“%1” takes another key than “%2”, which always means the same on the picture.</source>
        <translation>“%1”不能使用“%2”：该按键在图像上的含义是固定的。</translation>
    </message>
    <message>
        <source>“%1” takes a key to be held, without Ctrl, Alt or Meta, not “%2”.</source>
        <translation>“%1”应为可按住的按键，不含 Ctrl、Alt 或 Meta，而不是“%2”。</translation>
    </message>
    <message>
        <source>“%1” names an action which this version does not know.</source>
        <translation>“%1”指定了本版本没有的操作。</translation>
    </message>
    <message>
        <source>“%1” takes keys such as “Ctrl+Shift+P”, not “%2”.</source>
        <translation>“%1”应为“Ctrl+Shift+P”这样的按键，而不是“%2”。</translation>
    </message>
    <message>
        <source>This version has no view “%1”; the overlay is shown.</source>
        <translation>此版本没有“%1”视图；现显示叠加视图。</translation>
    </message>
</context>
<context>
    <name>figure</name>
    <message>
        <source>%1 everywhere</source>
        <translation>处处为 %1</translation>
    </message>
</context>
<context>
    <name>fovea::Actions</name>
    <message>
        <source>Open a picture or video…</source>
        <translation>打开图像或视频…</translation>
    </message>
    <message>
        <source>Open a folder as a sequence…</source>
        <translation>将文件夹作为序列打开…</translation>
    </message>
    <message>
        <source>Camera or stream…</source>
        <translation>摄像头或流…</translation>
    </message>
    <message>
        <source>Play the sample clip</source>
        <translation>播放示例片段</translation>
    </message>
    <message>
        <source>Stop the camera or video</source>
        <translation>停止摄像头或视频</translation>
    </message>
    <message>
        <source>Paste a picture</source>
        <translation>粘贴图像</translation>
    </message>
    <message>
        <source>Next picture in the folder</source>
        <translation>文件夹中的下一幅图像</translation>
    </message>
    <message>
        <source>Previous picture in the folder</source>
        <translation>文件夹中的上一幅图像</translation>
    </message>
    <message>
        <source>Open weights…</source>
        <translation>打开权重…</translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>Trained or random weights</source>
        <translation>训练或随机权重</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>叠加</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>分屏</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Add a pane</source>
        <translation>添加窗格</translation>
    </message>
    <message>
        <source>Add a pane of the same mechanism</source>
        <translation>添加相同机制的窗格</translation>
    </message>
    <message>
        <source>Remove this pane</source>
        <translation>移除此窗格</translation>
    </message>
    <message>
        <source>Exchange A and B</source>
        <translation>交换 A 和 B</translation>
    </message>
    <message>
        <source>Difference of A and B</source>
        <translation>A 与 B 之差</translation>
    </message>
    <message>
        <source>The query follows the cursor</source>
        <translation>查询点跟随光标</translation>
    </message>
    <message>
        <source>One range for all panes</source>
        <translation>所有窗格使用同一范围</translation>
    </message>
    <message>
        <source>All channels</source>
        <translation>所有通道</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>所有头</translation>
    </message>
    <message>
        <source>Nothing muted or scaled</source>
        <translation>取消所有静音和缩放</translation>
    </message>
    <message>
        <source>Does it matter?</source>
        <translation>它重要吗？</translation>
    </message>
    <message>
        <source>Fit the picture</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>Show at 100 %</source>
        <translation>以 100 % 显示</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Smooth cells</source>
        <translation>平滑单元格</translation>
    </message>
    <message>
        <source>Lock the range</source>
        <translation>锁定范围</translation>
    </message>
    <message>
        <source>Automatic range</source>
        <translation>自动范围</translation>
    </message>
    <message>
        <source>Range without the highest %1 %</source>
        <translation>不计最高 %1 % 的范围</translation>
    </message>
    <message>
        <source>Smooth the range over time</source>
        <translation>随时间平滑范围</translation>
    </message>
    <message>
        <source>Lower the input to keep 10 overlays a second</source>
        <translation>降低输入以保持每秒 10 幅叠加图</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Hide or show the panels</source>
        <translation>隐藏或显示面板</translation>
    </message>
    <message>
        <source>Open the menu</source>
        <translation>打开菜单</translation>
    </message>
    <message>
        <source>Find a command…</source>
        <translation>查找命令…</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>About Fovea</source>
        <translation>关于 Fovea</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Save the overlay…</source>
        <translation>保存叠加图…</translation>
    </message>
    <message>
        <source>Save a figure with colour bar and caption…</source>
        <translation>保存带颜色条和图注的插图…</translation>
    </message>
    <message>
        <source>Save the numbers…</source>
        <translation>保存数值…</translation>
    </message>
    <message>
        <source>Save the session…</source>
        <translation>保存会话…</translation>
    </message>
    <message>
        <source>Record what is shown</source>
        <translation>录制所示画面</translation>
    </message>
    <message>
        <source>Save every frame as a video…</source>
        <translation>将每一帧保存为视频…</translation>
    </message>
    <message>
        <source>Record the original beside it</source>
        <translation>并排录制原图</translation>
    </message>
    <message>
        <source>Copy the overlay</source>
        <translation>复制叠加图</translation>
    </message>
    <message>
        <source>Mechanism %1 of the filmstrip</source>
        <translation>缩略图条中的第 %1 个机制</translation>
    </message>
    <message>
        <source>Compare two panes, or return to one</source>
        <translation>对比两个窗格，或返回单个窗格</translation>
    </message>
    <message>
        <source>Look at the picture without the overlay (hold)</source>
        <translation>不带叠加层查看图像（按住）</translation>
    </message>
    <message>
        <source>Add a pin</source>
        <translation>添加图钉</translation>
    </message>
    <message>
        <source>Take the next pin</source>
        <translation>切换到下一个图钉</translation>
    </message>
    <message>
        <source>Remove the pin which asks</source>
        <translation>移除当前询问的图钉</translation>
    </message>
    <message>
        <source>Remove all pins</source>
        <translation>移除所有图钉</translation>
    </message>
    <message>
        <source>Play, pause or freeze</source>
        <translation>播放、暂停或冻结</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One frame forward</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Zoom about the cursor</source>
        <translation>以光标为中心缩放</translation>
    </message>
    <message>
        <source>+, −</source>
        <translation>+、−</translation>
    </message>
    <message>
        <source>Zoom about the middle</source>
        <translation>以视图中央为中心缩放</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>拖动</translation>
    </message>
    <message>
        <source>Move the picture</source>
        <translation>移动图像</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>Add a pin which asks a pairwise map, or take one</source>
        <translation>添加询问成对图的图钉，或选中已有的图钉</translation>
    </message>
    <message>
        <source>Drag a pin</source>
        <translation>拖动图钉</translation>
    </message>
    <message>
        <source>Ask elsewhere</source>
        <translation>改问别处</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>方向键</translation>
    </message>
    <message>
        <source>Move the pin by a cell, with Shift by five</source>
        <translation>将图钉移动一个单元格，按住 Shift 移动五个</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Home</translation>
    </message>
    <message>
        <source>Ask in the middle</source>
        <translation>询问图像中央</translation>
    </message>
    <message>
        <source>Alt (hold)</source>
        <translation>Alt（按住）</translation>
    </message>
    <message>
        <source>Zoom, move or ask in one pane alone</source>
        <translation>只在一个窗格中缩放、移动或询问</translation>
    </message>
    <message>
        <source>Right click</source>
        <translation>右键点击</translation>
    </message>
    <message>
        <source>Menu of the picture</source>
        <translation>图像的菜单</translation>
    </message>
    <message>
        <source>M, S, P, +, −, R</source>
        <translation>M、S、P、+、−、R</translation>
    </message>
    <message>
        <source>Mute, solo, pin, scale or reset a channel or head which has the focus</source>
        <translation>对获得焦点的通道或头静音、独奏、固定、缩放或重置</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Picture and model</source>
        <translation>图像与模型</translation>
    </message>
    <message>
        <source>Views and panes</source>
        <translation>视图与窗格</translation>
    </message>
    <message>
        <source>Zoom and range</source>
        <translation>缩放与范围</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>While the picture has the focus</source>
        <translation>图像获得焦点时</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>%1 belongs to “%2”; give that another key first.</source>
        <translation>%1 已用于“%2”；请先为该操作更换按键。</translation>
    </message>
    <message>
        <source>%1 always means the same on the picture: %2.</source>
        <translation>%1 在图像上的含义是固定的：%2。</translation>
    </message>
    <message>
        <source>This acts while its key is held; choose a key without Ctrl, Alt and Meta.</source>
        <translation>此操作在按住按键时生效；请选择不含 Ctrl、Alt 和 Meta 的按键。</translation>
    </message>
</context>
<context>
    <name>fovea::Canvas</name>
    <message>
        <source>%1: the same value everywhere, %2.</source>
        <translation>%1：各处数值相同，均为 %2。</translation>
    </message>
    <message>
        <source>%1: strongest %2; half the weight on %3 % of the area; values %4 to %5.</source>
        <translation>%1：最强处在%2；一半权重集中在 %3 % 的面积上；数值从 %4 到 %5。</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>the picture alone, %1 × %2 pixels.</source>
        <translation>仅图像，%1 × %2 像素。</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>The map is %1 ms older than the picture.</source>
        <translation>注意力图比图像早 %1 ms。</translation>
    </message>
    <message>
        <source>%1 ms old</source>
        <translation>滞后 %1 ms</translation>
    </message>
</context>
<context>
    <name>fovea::CanvasArea</name>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Colour scale</source>
        <translation>颜色标尺</translation>
    </message>
    <message>
        <source>Open a picture, drop one here, or paste it.</source>
        <translation>打开图像，或拖放到此处，或粘贴。</translation>
    </message>
    <message>
        <source>or drop one here, or paste it</source>
        <translation>或拖放到此处，或粘贴</translation>
    </message>
    <message>
        <source>Open a picture or video</source>
        <translation>打开图像或视频</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>Line between the two maps</source>
        <translation>两张图之间的分隔线</translation>
    </message>
    <message>
        <source>Drag the line, or move it with the arrow keys</source>
        <translation>拖动分隔线，或用方向键移动</translation>
    </message>
    <message>
        <source>Drag a mechanism here to compare one more.</source>
        <translation>将一个机制拖到这里，即可再比较一个。</translation>
    </message>
    <message>
        <source>Four panes are the most.</source>
        <translation>最多四个窗格。</translation>
    </message>
</context>
<context>
    <name>fovea::CardsPanel</name>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Map shown on the picture</source>
        <translation>图像上显示的注意力图</translation>
    </message>
    <message>
        <source>Channel weights</source>
        <translation>通道权重</translation>
    </message>
    <message>
        <source>Attention matrix</source>
        <translation>注意力矩阵</translation>
    </message>
    <message>
        <source>Statistics of the map</source>
        <translation>注意力图统计</translation>
    </message>
    <message>
        <source>On the picture</source>
        <translation>图像上</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>Weights over time</source>
        <translation>随时间的权重</translation>
    </message>
    <message>
        <source>Times of the newest frames</source>
        <translation>最新各帧的耗时</translation>
    </message>
    <message>
        <source>Capture to screen</source>
        <translation>从采集到显示</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>随时间</translation>
    </message>
    <message>
        <source>Without a result of the mechanism there is nothing to go on with.</source>
        <translation>没有该机制的结果，就无法继续预测。</translation>
    </message>
    <message>
        <source>Prediction</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>a guess</source>
        <translation>猜测</translation>
    </message>
    <message>
        <source>What the network guesses without and with the mechanism</source>
        <translation>网络不带和带该机制时的猜测</translation>
    </message>
    <message>
        <source>a guess · muted or scaled</source>
        <translation>猜测 · 已静音或缩放</translation>
    </message>
</context>
<context>
    <name>fovea::ChannelBars</name>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>The features as they come in: the mean over channels of |x|</source>
        <translation>输入的特征：|x| 的通道均值</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>The features as the weights leave them</source>
        <translation>经权重处理后的特征</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>What the weights raise and lower; equal weights change nothing</source>
        <translation>权重提升和降低之处；权重相等则无变化</translation>
    </message>
    <message>
        <source>Picture of the channels</source>
        <translation>通道图像</translation>
    </message>
    <message>
        <source>by weight</source>
        <translation>按权重</translation>
    </message>
    <message>
        <source>by index</source>
        <translation>按序号</translation>
    </message>
    <message>
        <source>Sort by index</source>
        <translation>按序号排序</translation>
    </message>
    <message>
        <source>Sort by weight</source>
        <translation>按权重排序</translation>
    </message>
    <message>
        <source>%1: click to show all channels again</source>
        <translation>%1：点击以重新显示所有通道</translation>
    </message>
    <message>
        <source>No channel weights yet.</source>
        <translation>尚无通道权重。</translation>
    </message>
    <message>
        <source>Channels: %1; highest: %2; lowest: %3.</source>
        <translation>通道：%1；最高：%2；最低：%3。</translation>
    </message>
    <message>
        <source>Shown alone: %1.</source>
        <translation>单独显示：%1。</translation>
    </message>
    <message>
        <source>Row %1: %2.</source>
        <translation>第 %1 行：%2。</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>A mechanism that weighs channels fills this card.</source>
        <translation>选用对通道加权的机制后，此处会显示内容。</translation>
    </message>
    <message>
        <source>Muted: %1.</source>
        <translation>已静音：%1。</translation>
    </message>
</context>
<context>
    <name>fovea::ChannelGrid</name>
    <message>
        <source>Channels of the features</source>
        <translation>特征的通道</translation>
    </message>
    <message>
        <source>Heads of the map</source>
        <translation>图的各个头</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>The channel as it comes in</source>
        <translation>输入时的通道</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>The channel as the mechanism leaves it</source>
        <translation>机制处理后的通道</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>After minus before</source>
        <translation>之后减之前</translation>
    </message>
    <message>
        <source>Picture of the channels</source>
        <translation>通道图像</translation>
    </message>
    <message>
        <source>by weight</source>
        <translation>按权重</translation>
    </message>
    <message>
        <source>by index</source>
        <translation>按序号</translation>
    </message>
    <message>
        <source>by change</source>
        <translation>按变化</translation>
    </message>
    <message>
        <source>by likeness to the map</source>
        <translation>按与图的相似度</translation>
    </message>
    <message>
        <source>Order of the tiles</source>
        <translation>方块的顺序</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Numbers such as 3 or 10-20, or a part of a name</source>
        <translation>编号，如 3 或 10-20，或名称的一部分</translation>
    </message>
    <message>
        <source>Find channels</source>
        <translation>查找通道</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>%1 heads</source>
        <translation>%1 个头</translation>
    </message>
    <message>
        <source>%1 channels</source>
        <translation>%1 个通道</translation>
    </message>
    <message>
        <source>%1 muted</source>
        <translation>%1 个已静音</translation>
    </message>
    <message>
        <source>head %1</source>
        <translation>头 %1</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>通道 %1</translation>
    </message>
    <message>
        <source>weight %1</source>
        <translation>权重 %1</translation>
    </message>
    <message>
        <source>change %1</source>
        <translation>变化 %1</translation>
    </message>
    <message>
        <source>likeness to the map %1</source>
        <translation>与图的相似度 %1</translation>
    </message>
    <message>
        <source>colours from %1 to %2</source>
        <translation>颜色从 %1 到 %2</translation>
    </message>
    <message>
        <source>Open a picture: every channel of its features appears here as a tile.</source>
        <translation>打开一张图像：其特征的每个通道会在此显示为一个方块。</translation>
    </message>
    <message>
        <source>Nothing is found; clear the search.</source>
        <translation>没有找到，请清除搜索。</translation>
    </message>
    <message>
        <source>%1 tiles, %2; first: %3.</source>
        <translation>%1 个方块，%2；首先：%3。</translation>
    </message>
    <message>
        <source>Muted: %1 tiles.</source>
        <translation>已静音：%1 个方块。</translation>
    </message>
    <message>
        <source>Muted: %1.</source>
        <translation>已静音：%1。</translation>
    </message>
    <message>
        <source>Scaled: %1.</source>
        <translation>已缩放：%1。</translation>
    </message>
    <message>
        <source>Chosen: %1.</source>
        <translation>已选择：%1。</translation>
    </message>
    <message>
        <source>Here: %1.</source>
        <translation>此处：%1。</translation>
    </message>
</context>
<context>
    <name>fovea::ColourScale</name>
    <message>
        <source>locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>typed</source>
        <translation>手动</translation>
    </message>
    <message>
        <source>%1 % above</source>
        <translation>%1 % 高于上限</translation>
    </message>
    <message>
        <source>%1 % below</source>
        <translation>%1 % 低于下限</translation>
    </message>
    <message>
        <source>flat: %1 everywhere</source>
        <translation>平坦：各处均为 %1</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 到 %2</translation>
    </message>
    <message>
        <source>Colour scale</source>
        <translation>颜色标尺</translation>
    </message>
    <message>
        <source>No map is shown.</source>
        <translation>未显示任何图。</translation>
    </message>
    <message>
        <source>clipped</source>
        <translation>已裁剪</translation>
    </message>
    <message>
        <source>weaker than %1 hidden</source>
        <translation>隐藏弱于 %1 的值</translation>
    </message>
    <message>
        <source>below %1 hidden</source>
        <translation>隐藏低于 %1 的值</translation>
    </message>
    <message>
        <source>upper end chosen</source>
        <translation>已选择上端</translation>
    </message>
    <message>
        <source>lower end chosen</source>
        <translation>已选择下端</translation>
    </message>
</context>
<context>
    <name>fovea::ColourScalePanel</name>
    <message>
        <source>Auto: the map&apos;s own ends</source>
        <translation>自动：图自身的两端</translation>
    </message>
    <message>
        <source>Locked: keep these ends</source>
        <translation>锁定：保持当前两端</translation>
    </message>
    <message>
        <source>Typed:</source>
        <translation>手动：</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>from</source>
        <translation>从</translation>
    </message>
    <message>
        <source>to</source>
        <translation>到</translation>
    </message>
    <message>
        <source>Type two numbers, the second larger than the first.</source>
        <translation>请输入两个数，后者须大于前者。</translation>
    </message>
    <message>
        <source>The map&apos;s own range, and neither threshold nor lines</source>
        <translation>图自身的范围，无阈值，无等值线</translation>
    </message>
    <message>
        <source>Clipped: without the strongest</source>
        <translation>裁剪：去掉最强的</translation>
    </message>
    <message>
        <source>Clipped: without the highest</source>
        <translation>裁剪：去掉最高的</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Share of the cells beyond the range</source>
        <translation>超出范围的单元格比例</translation>
    </message>
    <message>
        <source>Lower end</source>
        <translation>下端</translation>
    </message>
    <message>
        <source>Upper end</source>
        <translation>上端</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Colour map</source>
        <translation>颜色图</translation>
    </message>
    <message>
        <source>colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>The map&apos;s colours lie over the picture</source>
        <translation>图的颜色覆盖在图像上</translation>
    </message>
    <message>
        <source>brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>The picture keeps its own colours and is dark where the map is low</source>
        <translation>图像保留原色，图值低处变暗</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>No lines</source>
        <translation>无等值线</translation>
    </message>
    <message>
        <source>Lines at %1 equally spaced values</source>
        <translation>在 %1 个等距值处画线</translation>
    </message>
    <message>
        <source>Hide weaker than</source>
        <translation>隐藏弱于</translation>
    </message>
    <message>
        <source>Hide below</source>
        <translation>隐藏低于</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Drawn as</source>
        <translation>绘制方式</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>等值线</translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Type a number below which the map is hidden.</source>
        <translation>输入一个数，低于它的部分将被隐藏。</translation>
    </message>
</context>
<context>
    <name>fovea::CommandPalette</name>
    <message>
        <source>on</source>
        <translation>已启用</translation>
    </message>
    <message>
        <source>Find a command, a mechanism or a sample</source>
        <translation>查找命令、机制或示例</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
</context>
<context>
    <name>fovea::ComparisonTable</name>
    <message>
        <source>Pearson</source>
        <translation>皮尔逊</translation>
    </message>
    <message>
        <source>Correlation of the values, −1 to 1: whether both rise and fall together in a straight line.</source>
        <translation>数值的相关系数，−1 到 1：两者是否线性地同升同降。</translation>
    </message>
    <message>
        <source>Spearman</source>
        <translation>斯皮尔曼</translation>
    </message>
    <message>
        <source>Correlation of the ranks, −1 to 1: whether both put the places in the same order, whatever their scale.</source>
        <translation>秩的相关系数，−1 到 1：两者对各位置的排序是否一致，与尺度无关。</translation>
    </message>
    <message>
        <source>IoU, top 20 %</source>
        <translation>IoU，前 20 %</translation>
    </message>
    <message>
        <source>The fifth of the cells with the largest values of each map: their intersection over their union, 0 to 1.</source>
        <translation>每张图中值最大的五分之一单元格：交集与并集之比，0 到 1。</translation>
    </message>
    <message>
        <source>Jensen–Shannon, bits</source>
        <translation>詹森–香农，比特</translation>
    </message>
    <message>
        <source>Divergence of both maps, each divided by its sum: 0 when they are alike, 1 when they share no place. Not defined for maps with negative values.</source>
        <translation>两张图各除以其总和后的散度：相同时为 0，没有共同位置时为 1。对有负值的图无定义。</translation>
    </message>
    <message>
        <source>against %1</source>
        <translation>与 %1 相比</translation>
    </message>
    <message>
        <source>Not defined for these maps</source>
        <translation>对这些图无定义</translation>
    </message>
    <message>
        <source>%1 over %2 cells</source>
        <translation>%1，共 %2 个单元格</translation>
    </message>
    <message>
        <source>%1 against %2: %3.</source>
        <translation>%1 与 %2 相比：%3。</translation>
    </message>
</context>
<context>
    <name>fovea::EngineText</name>
    <message>
        <source>parameter-free</source>
        <translation>无参数</translation>
    </message>
    <message>
        <source>your file (%1)</source>
        <translation>你的文件（%1）</translation>
    </message>
    <message>
        <source>random (seed %1)</source>
        <translation>随机（种子 %1）</translation>
    </message>
    <message>
        <source>trained (%1)</source>
        <translation>已训练（%1）</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>spatial</source>
        <translation>空间</translation>
    </message>
    <message>
        <source>channel + spatial</source>
        <translation>通道 + 空间</translation>
    </message>
    <message>
        <source>temporal</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>spatial + temporal</source>
        <translation>空间 + 时间</translation>
    </message>
    <message>
        <source>branch</source>
        <translation>分支</translation>
    </message>
    <message>
        <source>soft</source>
        <translation>软性</translation>
    </message>
    <message>
        <source>hard</source>
        <translation>硬性</translation>
    </message>
    <message>
        <source>self</source>
        <translation>自注意力</translation>
    </message>
    <message>
        <source>head %1</source>
        <translation>头 %1</translation>
    </message>
</context>
<context>
    <name>fovea::ExperimentsWorkspace</name>
    <message>
        <source>Measuring whether the map matters</source>
        <translation>正在测量该图是否重要</translation>
    </message>
    <message>
        <source>Save the curves</source>
        <translation>保存曲线</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
</context>
<context>
    <name>fovea::Exports</name>
    <message>
        <source>Save the overlay</source>
        <translation>保存叠加图</translation>
    </message>
    <message>
        <source>Save a figure</source>
        <translation>保存插图</translation>
    </message>
    <message>
        <source>There is no attention to save yet; open a picture and choose a mechanism that runs on it.</source>
        <translation>尚无可保存的注意力；请打开图像，并选择可对其运行的机制。</translation>
    </message>
    <message>
        <source>Folder for the numbers</source>
        <translation>数值的保存文件夹</translation>
    </message>
    <message>
        <source>Saving %1</source>
        <translation>正在保存 %1</translation>
    </message>
    <message numerus="yes">
        <source>Saved %n file(s) in %1.</source>
        <translation>
            <numerusform>已在 %1 中保存 %n 个文件。</numerusform>
        </translation>
    </message>
    <message>
        <source>Saved %1.</source>
        <translation>已保存 %1。</translation>
    </message>
    <message>
        <source>Saved %1 and its description.</source>
        <translation>已保存 %1 及其说明。</translation>
    </message>
    <message numerus="yes">
        <source>Saved %n frame(s) in %1.</source>
        <translation>
            <numerusform>已在 %1 中保存 %n 帧。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) came too fast to be written.</source>
        <translation>
            <numerusform>有 %n 帧到达过快，未能写入。</numerusform>
        </translation>
    </message>
    <message>
        <source>Copying the picture</source>
        <translation>正在复制图像</translation>
    </message>
    <message>
        <source>Copied the picture with its overlay.</source>
        <translation>已复制带叠加层的图像。</translation>
    </message>
</context>
<context>
    <name>fovea::Factors</name>
    <message>
        <source>Unmute</source>
        <translation>取消静音</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>静音</translation>
    </message>
    <message>
        <source>Solo</source>
        <translation>独奏</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>More by 0.25</source>
        <translation>增加 0.25</translation>
    </message>
    <message>
        <source>Less by 0.25</source>
        <translation>减少 0.25</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>已静音</translation>
    </message>
    <message>
        <source>scaled %1</source>
        <translation>缩放 %1</translation>
    </message>
</context>
<context>
    <name>fovea::FaithfulnessPlot</name>
    <message>
        <source>Does the attention matter?</source>
        <translation>注意力重要吗？</translation>
    </message>
    <message>
        <source>here</source>
        <translation>此处</translation>
    </message>
    <message>
        <source>area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>%1 % shown</source>
        <translation>已显示 %1 %</translation>
    </message>
    <message>
        <source>%1 % blurred</source>
        <translation>已模糊 %1 %</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>of the picture</source>
        <translation>图像的</translation>
    </message>
    <message>
        <source>Change when muted</source>
        <translation>静音时的变化</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Run the network on the picture again and again, ever more of it blurred or shown</source>
        <translation>反复在图像上运行网络，逐步模糊或显示更多部分</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Save CSV…</source>
        <translation>保存 CSV…</translation>
    </message>
    <message>
        <source>Save curves, areas and changes with all their digits</source>
        <translation>以全部位数保存曲线、面积和变化</translation>
    </message>
    <message>
        <source>%1 of %2 runs of the network</source>
        <translation>网络运行 %1 / %2 次</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>%1 %2 with %3 · %4</source>
        <translation>%1 %2，使用 %3 · %4</translation>
    </message>
    <message>
        <source>Start blurs away what the map points at, step by step, and shows how far the guess falls, beside a random order and one from the centre outwards; then it mutes each channel and head in turn.</source>
        <translation>“开始”会逐步模糊图所指向的部分，并与随机顺序和由中心向外的顺序对比，显示猜测下降多少；随后依次静音每个通道和头。</translation>
    </message>
    <message>
        <source>map</source>
        <translation>图</translation>
    </message>
    <message>
        <source>random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>中央</translation>
    </message>
    <message>
        <source>Shown first</source>
        <translation>先显示</translation>
    </message>
    <message>
        <source>Blurred first</source>
        <translation>先模糊</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>通道 %1</translation>
    </message>
    <message>
        <source>ch. %1</source>
        <translation>通道 %1</translation>
    </message>
    <message>
        <source>%1 % shown: %2</source>
        <translation>已显示 %1 %：%2</translation>
    </message>
    <message>
        <source>%1 % blurred: %2</source>
        <translation>已模糊 %1 %：%2</translation>
    </message>
    <message>
        <source>%1 muted: probability %2, logit %3</source>
        <translation>静音 %1：概率 %2，logit %3</translation>
    </message>
    <message>
        <source>The first cells of a blurred picture are shown first: a good map rises fast, and has a large area.</source>
        <translation>在模糊图像上先显示排在前面的单元格：好的图上升快，面积大。</translation>
    </message>
    <message>
        <source>The first cells are blurred first: a good map falls fast, and has a small area.</source>
        <translation>先模糊排在前面的单元格：好的图下降快，面积小。</translation>
    </message>
    <message>
        <source>Running: %1 of %2 runs of the network.</source>
        <translation>正在运行：网络运行 %1 / %2 次。</translation>
    </message>
    <message>
        <source>%1 %2 with %3.</source>
        <translation>%1 %2，使用 %3。</translation>
    </message>
    <message>
        <source>%1, area under the curve: %2.</source>
        <translation>%1，曲线下面积：%2。</translation>
    </message>
    <message>
        <source>Muting changes the probability most for: %1.</source>
        <translation>静音后概率变化最大的是：%1。</translation>
    </message>
    <message>
        <source>Row %1: %2.</source>
        <translation>第 %1 行：%2。</translation>
    </message>
</context>
<context>
    <name>fovea::FileControl</name>
    <message>
        <source>Open a picture or video</source>
        <translation>打开图像或视频</translation>
    </message>
    <message>
        <source>Pictures, videos and sessions (%1);;All files (*)</source>
        <translation>图像、视频和会话 (%1);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Folder of pictures</source>
        <translation>图像文件夹</translation>
    </message>
    <message>
        <source>Only files on this computer and pictures can be dropped here.</source>
        <translation>此处只能拖放本机上的文件和图像。</translation>
    </message>
</context>
<context>
    <name>fovea::Filmstrip</name>
    <message>
        <source>Mechanisms at a glance</source>
        <translation>机制概览</translation>
    </message>
    <message>
        <source>No thumbnails yet.</source>
        <translation>尚无缩略图。</translation>
    </message>
    <message>
        <source>%1 (shown)</source>
        <translation>%1（当前显示）</translation>
    </message>
</context>
<context>
    <name>fovea::JobView</name>
    <message>
        <source>Cancel: %1</source>
        <translation>取消：%1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancelling: %1</source>
        <translation>正在取消：%1</translation>
    </message>
    <message>
        <source>Everything that runs now</source>
        <translation>所有正在运行的任务</translation>
    </message>
</context>
<context>
    <name>fovea::KeySheet</name>
    <message>
        <source>Always the same</source>
        <translation>固定不变</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Press the new key of “%1”; Esc leaves it as it is.</source>
        <translation>请按下“%1”的新按键；按 Esc 保持不变。</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search the keys</source>
        <translation>搜索快捷键</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>新按键</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>取消按键</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
</context>
<context>
    <name>fovea::LiveNumbers</name>
    <message>
        <source>%1 in · %2 out /s · %3 ms · %4 dropped</source>
        <translation>入 %1 · 出 %2 /秒 · %3 ms · 丢弃 %4</translation>
    </message>
    <message>
        <source>%1 · %2 px</source>
        <translation>%1 · %2 px</translation>
    </message>
    <message>
        <source>How the live picture is doing</source>
        <translation>实时画面的运行状况</translation>
    </message>
    <message>
        <source>%1 frames a second arrive, %2 overlays a second are painted.</source>
        <translation>每秒到达 %1 帧，绘制 %2 幅叠加图。</translation>
    </message>
    <message>
        <source>From capture to screen: half within %1 ms, 95 % within %2 ms.</source>
        <translation>从采集到显示：半数在 %1 ms 以内，95 % 在 %2 ms 以内。</translation>
    </message>
    <message>
        <source>Medians: features %1 ms, mechanism %2 ms, drawing %3 ms.</source>
        <translation>中位数：特征 %1 ms，机制 %2 ms，绘制 %3 ms。</translation>
    </message>
    <message>
        <source>%1 frames were passed over since the source began.</source>
        <translation>自来源开始以来跳过了 %1 帧。</translation>
    </message>
    <message>
        <source>Working picture: %1 px, lowered to keep the rate.</source>
        <translation>工作图像：%1 px，为保持速率而降低。</translation>
    </message>
    <message>
        <source>Working picture: %1 px.</source>
        <translation>工作图像：%1 px。</translation>
    </message>
</context>
<context>
    <name>fovea::LivePlot</name>
    <message>
        <source>waiting</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>features</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>mechanism</source>
        <translation>机制</translation>
    </message>
    <message>
        <source>drawing</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>rest</source>
        <translation>其余</translation>
    </message>
    <message>
        <source>overlay of frame %1: %2 ms from capture to screen</source>
        <translation>第 %1 帧的叠加图：从采集到显示 %2 ms</translation>
    </message>
    <message>
        <source>%1 %2 ms</source>
        <translation>%1 %2 ms</translation>
    </message>
    <message>
        <source>%1 ms after the overlay before</source>
        <translation>距上一幅叠加图 %1 ms</translation>
    </message>
    <message>
        <source>30/s</source>
        <translation>30/秒</translation>
    </message>
    <message>
        <source>10/s</source>
        <translation>10/秒</translation>
    </message>
    <message>
        <source>input lowered to %1 px to keep the rate</source>
        <translation>为保持速率，输入已降至 %1 px</translation>
    </message>
    <message>
        <source>A live source fills this card with the time each overlay takes.</source>
        <translation>打开实时来源后，此处会显示每幅叠加图的耗时。</translation>
    </message>
    <message>
        <source>From capture to screen: half within %1 ms, 95 % within %2 ms.</source>
        <translation>从采集到显示：半数在 %1 ms 以内，95 % 在 %2 ms 以内。</translation>
    </message>
    <message>
        <source>Medians: %1.</source>
        <translation>中位数：%1。</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>median %1, p95 %2</source>
        <translation>中位数 %1，p95 %2</translation>
    </message>
</context>
<context>
    <name>fovea::LiveWorkspace</name>
    <message>
        <source>Reconnect</source>
        <translation>重新连接</translation>
    </message>
    <message>
        <source>Only a video or a folder of pictures can be recorded frame by frame; open one first.</source>
        <translation>只有视频或图像文件夹可以逐帧录制；请先打开一个。</translation>
    </message>
    <message>
        <source>Save every frame as a video</source>
        <translation>将每一帧保存为视频</translation>
    </message>
    <message>
        <source>Saving frame %1 of %2.</source>
        <translation>正在保存第 %1 帧（共 %2 帧）。</translation>
    </message>
    <message>
        <source>Saving frame %1.</source>
        <translation>正在保存第 %1 帧。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>fovea::LostRecordings</name>
    <message>
        <source>Delete it</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Fovea ended unexpectedly while it recorded “%1”. What was recorded until then can be finished.</source>
        <translation>Fovea 在录制“%1”时意外退出。退出前录下的内容可以补全为完整的录像。</translation>
    </message>
    <message>
        <source>Finish it</source>
        <translation>补全录像</translation>
    </message>
    <message>
        <source>Fovea ended unexpectedly while it recorded “%1”. What is left of it cannot be played.</source>
        <translation>Fovea 在录制“%1”时意外退出。残留的文件无法播放。</translation>
    </message>
    <message>
        <source>The recording is being finished.</source>
        <translation>正在补全录像。</translation>
    </message>
    <message>
        <source>Finishing %1</source>
        <translation>正在补全 %1</translation>
    </message>
    <message>
        <source>Deleting %1</source>
        <translation>正在删除 %1</translation>
    </message>
    <message>
        <source>The recording was deleted.</source>
        <translation>录像已删除。</translation>
    </message>
</context>
<context>
    <name>fovea::MatrixView</name>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>头</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从此处</translation>
    </message>
    <message>
        <source>Where the chosen place looks: its row of the matrix</source>
        <translation>所选位置关注何处：矩阵中它的行</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到此处</translation>
    </message>
    <message>
        <source>Which places look at the chosen one: its column of the matrix</source>
        <translation>哪些位置关注所选位置：矩阵中它的列</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>No attention matrix yet.</source>
        <translation>尚无注意力矩阵。</translation>
    </message>
    <message>
        <source>mean over %1 heads</source>
        <translation>%1 个头的均值</translation>
    </message>
    <message>
        <source>head %1 of %2</source>
        <translation>第 %1 个头（共 %2 个）</translation>
    </message>
    <message>
        <source>%1 × %2 weights, %3.</source>
        <translation>%1 × %2 个权重，%3。</translation>
    </message>
    <message>
        <source>one head</source>
        <translation>单头</translation>
    </message>
    <message>
        <source>Cell %1 looks most at cell %2 (%3).</source>
        <translation>单元格 %1 最关注单元格 %2（%3）。</translation>
    </message>
    <message>
        <source>from cell %1 to cell %2: %3</source>
        <translation>从单元格 %1 到单元格 %2：%3</translation>
    </message>
    <message>
        <source>A mechanism that compares places with places fills this card.</source>
        <translation>选用两两比较位置的机制后，此处会显示内容。</translation>
    </message>
    <message>
        <source>Cell %2 looks most at cell %1 (%3).</source>
        <translation>单元 %2 最关注单元 %1（%3）。</translation>
    </message>
    <message>
        <source>frame %1: %2</source>
        <translation>第 %1 帧：%2</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>通道 %1</translation>
    </message>
    <message>
        <source>code %1</source>
        <translation>码字 %1</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Most between %1 and %2 (%3).</source>
        <translation>最大值在 %1 与 %2 之间（%3）。</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>maximum over %1 heads</source>
        <translation>%1 个头的最大值</translation>
    </message>
    <message>
        <source>min</source>
        <translation>最小值</translation>
    </message>
    <message>
        <source>Which head is shown: the mean over all heads, one, or at each place the largest or the smallest of all</source>
        <translation>显示哪个头：所有头的平均、某一个头，或每处各头的最大值或最小值</translation>
    </message>
    <message>
        <source>minimum over %1 heads</source>
        <translation>%1 个头的最小值</translation>
    </message>
</context>
<context>
    <name>fovea::MessageBar</name>
    <message>
        <source>Close the message</source>
        <translation>关闭消息</translation>
    </message>
</context>
<context>
    <name>fovea::ModelControl</name>
    <message>
        <source>Folder of a model</source>
        <translation>模型的文件夹</translation>
    </message>
    <message>
        <source>%1 is parameter-free: it has no weights to open.</source>
        <translation>%1 是无参数机制，没有可打开的权重。</translation>
    </message>
    <message>
        <source>Open weights</source>
        <translation>打开权重</translation>
    </message>
    <message>
        <source>Weights (*.safetensors);;All files (*)</source>
        <translation>权重 (*.safetensors);;所有文件 (*)</translation>
    </message>
    <message>
        <source>The model in use has no trained weights for this mechanism.</source>
        <translation>当前模型没有这个机制的训练权重。</translation>
    </message>
    <message>
        <source>The Retina is not trained; choose a trained network in the list of models.</source>
        <translation>Retina 未经训练；请在模型列表中选择一个训练过的网络。</translation>
    </message>
</context>
<context>
    <name>fovea::ModulePicker</name>
    <message>
        <source>CHANNEL — what</source>
        <translation>通道 — 什么</translation>
    </message>
    <message>
        <source>SPATIAL — where</source>
        <translation>空间 — 何处</translation>
    </message>
    <message>
        <source>CHANNEL + SPATIAL</source>
        <translation>通道 + 空间</translation>
    </message>
    <message>
        <source>TEMPORAL — when</source>
        <translation>时间 — 何时</translation>
    </message>
    <message>
        <source>SPATIAL + TEMPORAL</source>
        <translation>空间 + 时间</translation>
    </message>
    <message>
        <source>BRANCH — which</source>
        <translation>分支 — 哪个</translation>
    </message>
    <message>
        <source>Nothing matches “%1”.</source>
        <translation>没有与“%1”匹配的项。</translation>
    </message>
    <message>
        <source>Search %1 mechanisms</source>
        <translation>搜索 %1 个机制</translation>
    </message>
    <message>
        <source>Search mechanisms</source>
        <translation>搜索机制</translation>
    </message>
    <message>
        <source>Mechanisms</source>
        <translation>机制</translation>
    </message>
</context>
<context>
    <name>fovea::NoticeList</name>
    <message>
        <source>Close the list</source>
        <translation>关闭列表</translation>
    </message>
</context>
<context>
    <name>fovea::PaneCanvases</name>
    <message>
        <source>%1 · computing…</source>
        <translation>%1 · 计算中…</translation>
    </message>
</context>
<context>
    <name>fovea::PaneWorkspace</name>
    <message>
        <source>Overlay</source>
        <translation>叠加</translation>
    </message>
    <message>
        <source>One map over the picture</source>
        <translation>图像上叠加一张图</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>分屏</translation>
    </message>
    <message>
        <source>Two maps and a line between them</source>
        <translation>两张图及其分隔线</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Up to four maps side by side</source>
        <translation>最多四张图并排</translation>
    </message>
    <message>
        <source>There are four panes already; remove one first.</source>
        <translation>已有四个窗格，请先移除一个。</translation>
    </message>
</context>
<context>
    <name>fovea::ParamForm</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Read the weights from a safetensors file</source>
        <translation>从 safetensors 文件读取权重</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>种子 %1</translation>
    </message>
    <message>
        <source>Seed of random weights</source>
        <translation>随机权重的种子</translation>
    </message>
    <message>
        <source>Random weights of this seed; the same seed gives the same weights</source>
        <translation>此种子的随机权重；相同种子得到相同权重</translation>
    </message>
    <message>
        <source>Other random weights</source>
        <translation>换一组随机权重</translation>
    </message>
    <message>
        <source>No parameters to set.</source>
        <translation>没有可设置的参数。</translation>
    </message>
    <message>
        <source>No parameters and nothing learned.</source>
        <translation>没有参数，也无需学习。</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Set all parameters to their defaults</source>
        <translation>将所有参数恢复为默认值</translation>
    </message>
    <message>
        <source>About these weights</source>
        <translation>关于这些权重</translation>
    </message>
    <message>
        <source>Trained or random weights</source>
        <translation>训练或随机权重</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>已训练</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>The weights which the model has learned for this mechanism</source>
        <translation>模型为这个机制学到的权重</translation>
    </message>
    <message>
        <source>Weights drawn at random: what the mechanism does untrained</source>
        <translation>随机抽取的权重：机制未经训练时的样子</translation>
    </message>
</context>
<context>
    <name>fovea::PredictionView</name>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>not computed</source>
        <translation>未计算</translation>
    </message>
    <message>
        <source>A network that names what it sees fills this card.</source>
        <translation>能说出所见之物的网络会填充此卡片。</translation>
    </message>
    <message>
        <source>with</source>
        <translation>带</translation>
    </message>
    <message>
        <source>without</source>
        <translation>不带</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>with the module: %1</source>
        <translation>带该模块：%1</translation>
    </message>
    <message>
        <source>without the module: %1</source>
        <translation>不带该模块：%1</translation>
    </message>
    <message>
        <source>Click to return to the module&apos;s own map</source>
        <translation>点击以返回模块自己的图</translation>
    </message>
    <message>
        <source>Click to see what speaks for it without the module</source>
        <translation>点击以查看不带模块时支持它的区域</translation>
    </message>
    <message>
        <source>Click to see what speaks for it</source>
        <translation>点击以查看支持它的区域</translation>
    </message>
    <message>
        <source>guess</source>
        <translation>猜测</translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation>%1. %2</translation>
    </message>
    <message>
        <source>, %1 with</source>
        <translation>，带为 %1</translation>
    </message>
    <message>
        <source>, %1 without</source>
        <translation>，不带为 %1</translation>
    </message>
    <message>
        <source>The picture shows what speaks for %1 without the module.</source>
        <translation>图像显示不带模块时支持“%1”的区域。</translation>
    </message>
    <message>
        <source>The picture shows what speaks for %1.</source>
        <translation>图像显示支持“%1”的区域。</translation>
    </message>
    <message>
        <source>Row %1: %2.</source>
        <translation>第 %1 行：%2。</translation>
    </message>
</context>
<context>
    <name>fovea::RecordingControl</name>
    <message>
        <source>Recording %1</source>
        <translation>正在录制 %1</translation>
    </message>
</context>
<context>
    <name>fovea::Recovery</name>
    <message>
        <source>Fovea ended unexpectedly. Its last session can be brought back.</source>
        <translation>Fovea 意外退出，可以恢复上次的会话。</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>“%1” cannot be read as a settings file: Fovea uses its defaults and saves no settings; move it away.</source>
        <translation>“%1”无法作为设置文件读取：Fovea 使用默认设置，且不会保存设置；请将其移走。</translation>
    </message>
    <message>
        <source>“%1” cannot be written: settings are not saved, and nothing can be brought back if Fovea ends unexpectedly; make it writable.</source>
        <translation>“%1”不可写：设置不会保存，Fovea 意外退出后也无法恢复任何内容；请将其设为可写。</translation>
    </message>
    <message>
        <source>“%1” cannot be written: settings are not saved; make it writable.</source>
        <translation>“%1”不可写：设置不会保存；请将其设为可写。</translation>
    </message>
    <message>
        <source>“%1” cannot be written: nothing can be brought back if Fovea ends unexpectedly; make it writable.</source>
        <translation>“%1”不可写：Fovea 意外退出后无法恢复任何内容；请将其设为可写。</translation>
    </message>
</context>
<context>
    <name>fovea::ScrubBar</name>
    <message>
        <source>frame %1, %2 s</source>
        <translation>第 %1 帧，%2 秒</translation>
    </message>
</context>
<context>
    <name>fovea::SessionControl</name>
    <message>
        <source>Save the session</source>
        <translation>保存会话</translation>
    </message>
    <message>
        <source>Sessions (*.fovea)</source>
        <translation>会话 (*.fovea)</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>正在打开 %1</translation>
    </message>
    <message>
        <source>Values in the settings which are not allowed; their defaults are used</source>
        <translation>设置中有不允许的值，已使用其默认值</translation>
    </message>
    <message>
        <source>Not everything in this session could be restored</source>
        <translation>此会话未能全部恢复</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Locate the weights</source>
        <translation>查找权重</translation>
    </message>
    <message>
        <source>Weights (*.safetensors);;All files (*)</source>
        <translation>权重 (*.safetensors);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Locate the folder of the model</source>
        <translation>查找模型的文件夹</translation>
    </message>
    <message>
        <source>Locate the folder of pictures</source>
        <translation>查找图像文件夹</translation>
    </message>
    <message>
        <source>Locate the picture</source>
        <translation>查找图像</translation>
    </message>
</context>
<context>
    <name>fovea::SourceDialog</name>
    <message>
        <source>Live picture</source>
        <translation>实时画面</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>A camera of this computer</source>
        <translation>本机的摄像头</translation>
    </message>
    <message>
        <source>Network stream</source>
        <translation>网络流</translation>
    </message>
    <message>
        <source>A camera or a video in the network</source>
        <translation>网络中的摄像头或视频</translation>
    </message>
    <message>
        <source>Sample clip</source>
        <translation>示例片段</translation>
    </message>
    <message>
        <source>A short clip which comes with the program</source>
        <translation>程序自带的短片段</translation>
    </message>
    <message>
        <source>Kind of source</source>
        <translation>来源类型</translation>
    </message>
    <message>
        <source>Play the sample clip</source>
        <translation>播放示例片段</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>摄像头列表</translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation>尺寸(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Rate</source>
        <translation>帧率(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Mirror, as you see yourself</source>
        <translation>镜像，如同照镜子(&amp;M)</translation>
    </message>
    <message>
        <source>Exchanges left and right</source>
        <translation>左右互换</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>地址(&amp;A)</translation>
    </message>
    <message>
        <source>A few seconds of moving picture which come with the program; they play without a camera and without a network, again and again.</source>
        <translation>程序自带的几秒动态画面；无需摄像头和网络，循环播放。</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Looking for cameras…</source>
        <translation>正在查找摄像头…</translation>
    </message>
    <message>
        <source>No camera was found. Connect one and open this window again, or play the sample clip.</source>
        <translation>未找到摄像头。请连接摄像头并重新打开此窗口，或播放示例片段。</translation>
    </message>
    <message>
        <source>%1 × %2</source>
        <translation>%1 × %2</translation>
    </message>
    <message>
        <source>as the camera likes</source>
        <translation>由摄像头决定</translation>
    </message>
    <message>
        <source>%1 a second</source>
        <translation>每秒 %1 帧</translation>
    </message>
    <message>
        <source>An address begins with http://, https://, rtsp:// or tcp://.</source>
        <translation>地址须以 http://、https://、rtsp:// 或 tcp:// 开头。</translation>
    </message>
</context>
<context>
    <name>fovea::SpeedButton</name>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Speed %1</source>
        <translation>速度 %1</translation>
    </message>
</context>
<context>
    <name>fovea::StatisticsView</name>
    <message>
        <source>%1 … %2: %3 %</source>
        <translation>%1 … %2：%3 %</translation>
    </message>
    <message>
        <source>Every cell is 0: there is nothing to weigh.</source>
        <translation>所有单元格均为 0：没有可加权的内容。</translation>
    </message>
    <message>
        <source>Every cell has the same value, %1.</source>
        <translation>所有单元格的值均为 %1。</translation>
    </message>
    <message>
        <source>%1 of %2 bits</source>
        <translation>%1 / %2 比特</translation>
    </message>
    <message>
        <source>half the weight on</source>
        <translation>半数权重占</translation>
    </message>
    <message>
        <source>%1 % of area</source>
        <translation>%1 % 的面积</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>熵</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>peak</source>
        <translation>峰值</translation>
    </message>
    <message>
        <source>%1 (%2, %3)</source>
        <translation>%1（%2, %3）</translation>
    </message>
    <message>
        <source>No map yet.</source>
        <translation>尚无注意力图。</translation>
    </message>
    <message>
        <source>Strongest %1; half the weight on %2 % of the area; entropy %3 of %4 bits; values %5 to %6, mean %7.</source>
        <translation>最强处：%1；半数权重集中于 %2 % 的面积；熵 %3 / %4 比特；值 %5 到 %6，均值 %7。</translation>
    </message>
    <message>
        <source>range %1 … %2
mean %3
half the weight on %4 % of the picture
entropy %5 of %6 bits</source>
        <translation>范围 %1 … %2
均值 %3
半数权重集中于图像的 %4 %
熵 %5 / %6 比特</translation>
    </message>
    <message>
        <source>A map over the picture fills this card.</source>
        <translation>选用在图像上生成注意力图的机制后，此处会显示内容。</translation>
    </message>
</context>
<context>
    <name>fovea::StatusLine</name>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>x %1 · y %2</source>
        <translation>x %1 · y %2</translation>
    </message>
    <message>
        <source>cell %1,%2</source>
        <translation>单元格 %1,%2</translation>
    </message>
    <message>
        <source>value %1</source>
        <translation>值 %1</translation>
    </message>
    <message>
        <source>features %1 ms    module %2 ms    drawing %3 ms</source>
        <translation>特征 %1 ms    模块 %2 ms    绘制 %3 ms</translation>
    </message>
    <message>
        <source>weights: %1</source>
        <translation>权重：%1</translation>
    </message>
    <message>
        <source>These weights were drawn at random, not learned: the map shows the mechanism, not what a trained network attends to.</source>
        <translation>这些权重是随机抽取的，并非学习所得：图展示的是机制本身，而不是训练后的网络所关注的内容。</translation>
    </message>
    <message>
        <source>computing…</source>
        <translation>计算中…</translation>
    </message>
    <message>
        <source>runs on %1 × %2 cells    %3</source>
        <translation>在 %1 × %2 个单元上运行    %3</translation>
    </message>
</context>
<context>
    <name>fovea::StepStrip</name>
    <message>
        <source>Steps of the mechanism</source>
        <translation>机制的步骤</translation>
    </message>
    <message>
        <source>Esc returns</source>
        <translation>Esc 返回</translation>
    </message>
    <message>
        <source>one number</source>
        <translation>一个数</translation>
    </message>
    <message>
        <source>min %1</source>
        <translation>最小 %1</translation>
    </message>
    <message>
        <source>mean %1</source>
        <translation>平均 %1</translation>
    </message>
    <message>
        <source>max %1</source>
        <translation>最大 %1</translation>
    </message>
    <message>
        <source>not finite: %1</source>
        <translation>非有限值：%1</translation>
    </message>
    <message>
        <source>one bar for up to %1 channels: the largest magnitude among them</source>
        <translation>每条代表至多 %1 个通道：取其中绝对值最大者</translation>
    </message>
    <message>
        <source>one bar per channel</source>
        <translation>每个通道一条</translation>
    </message>
    <message>
        <source>a map over the picture</source>
        <translation>图像上的图</translation>
    </message>
    <message>
        <source>the mean over channels of |x|</source>
        <translation>|x| 在通道上的平均</translation>
    </message>
    <message>
        <source>a matrix: rows down, columns across</source>
        <translation>矩阵：行向下，列向右</translation>
    </message>
    <message>
        <source>how often each value occurs</source>
        <translation>各值出现的次数</translation>
    </message>
    <message>
        <source>%1 … %2: %3 numbers</source>
        <translation>%1 … %2：%3 个数</translation>
    </message>
    <message>
        <source>channel %1: %2</source>
        <translation>通道 %1：%2</translation>
    </message>
    <message>
        <source>row %1, column %2: %3</source>
        <translation>第 %1 行，第 %2 列：%3</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Choose a mechanism and open a picture: its steps from the features to the output appear here.</source>
        <translation>选择一个机制并打开图像：从特征到输出的步骤会显示在此。</translation>
    </message>
    <message>
        <source>%1 steps (smallest, mean, largest): %2.</source>
        <translation>%1 个步骤（最小、平均、最大）：%2。</translation>
    </message>
    <message>
        <source>Enlarged: %1.</source>
        <translation>已放大：%1。</translation>
    </message>
    <message>
        <source>Here: %1.</source>
        <translation>此处：%1。</translation>
    </message>
    <message>
        <source>Computed from: %1.</source>
        <translation>计算自：%1。</translation>
    </message>
</context>
<context>
    <name>fovea::StepsWorkspace</name>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>What the mechanism computes, step by step</source>
        <translation>机制的逐步计算</translation>
    </message>
</context>
<context>
    <name>fovea::TimelineView</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>frame %1 (%2 of %3), %4 s: %5</source>
        <translation>第 %1 帧（%2/%3），%4 秒：%5</translation>
    </message>
    <message>
        <source>channel %1: %2</source>
        <translation>通道 %1：%2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 到 %2</translation>
    </message>
    <message>
        <source>%1 channels</source>
        <translation>%1 个通道</translation>
    </message>
    <message>
        <source>Choose a temporal mechanism to see how much each frame weighs.</source>
        <translation>选用时间机制后，此处会显示各帧的权重。</translation>
    </message>
    <message>
        <source>frame %1 of %2, %3 s ago, has the most weight: %4.</source>
        <translation>第 %1 帧（共 %2 帧，%3 秒前）权重最大：%4。</translation>
    </message>
    <message>
        <source>Shown: frame %1 with %2.</source>
        <translation>所示：第 %1 帧，权重 %2。</translation>
    </message>
    <message>
        <source>Asking: frame %1.</source>
        <translation>查询：第 %1 帧。</translation>
    </message>
</context>
<context>
    <name>fovea::TopBar</name>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Opacity of the overlay</source>
        <translation>叠加层的不透明度</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Retina · stride %1</source>
        <translation>Retina · 步幅 %1</translation>
    </message>
    <message>
        <source>Camera…</source>
        <translation>摄像头…</translation>
    </message>
    <message>
        <source>%1 · %2 px</source>
        <translation>%1 · %2 像素</translation>
    </message>
    <message>
        <source>%1 · fine, %2 px</source>
        <translation>%1 · 精细，%2 像素</translation>
    </message>
    <message>
        <source>%1 · %2 px, centre</source>
        <translation>%1 · %2 像素，中央</translation>
    </message>
    <message>
        <source>%1 · fine, %2 px, centre</source>
        <translation>%1 · 精细，%2 像素，中央</translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>What makes the features: a trained network and the shorter side of the picture it sees, or the built-in Retina, which needs no training, and the size of its cells</source>
        <translation>特征的来源：训练过的网络及其所见图像的短边，或无需训练的内置 Retina 及其单元格大小</translation>
    </message>
    <message>
        <source>Open a picture or a video</source>
        <translation>打开图像或视频</translation>
    </message>
    <message>
        <source>Show a camera or a network stream</source>
        <translation>显示摄像头或网络流</translation>
    </message>
</context>
<context>
    <name>fovea::TransportBar</name>
    <message>
        <source>frozen at %1 s</source>
        <translation>冻结于 %1 秒</translation>
    </message>
    <message>
        <source>frame %1 of %2</source>
        <translation>第 %1 帧（共 %2 帧）</translation>
    </message>
    <message>
        <source>frame %1</source>
        <translation>第 %1 帧</translation>
    </message>
    <message>
        <source>%1 · %2 frames</source>
        <translation>%1 · %2 帧</translation>
    </message>
    <message>
        <source>%1 · %2 free</source>
        <translation>%1 · 剩余 %2</translation>
    </message>
    <message>
        <source>Moving picture</source>
        <translation>动态画面</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One frame forward</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>冻结</translation>
    </message>
    <message>
        <source>Begin again at the end</source>
        <translation>循环播放</translation>
    </message>
    <message>
        <source>Place in the source</source>
        <translation>播放位置</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>停止录制</translation>
    </message>
    <message>
        <source>Record what is shown</source>
        <translation>录制所示画面</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>sample clip</source>
        <translation>示例片段</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 of %2 s</source>
        <translation>%1 / %2 秒</translation>
    </message>
    <message>
        <source>%1 s, %2 frames recorded; %3 free on the disk</source>
        <translation>%1 秒，已录制 %2 帧；磁盘剩余 %3</translation>
    </message>
    <message>
        <source>live, %1</source>
        <translation>实时，%1</translation>
    </message>
    <message>
        <source>playing</source>
        <translation>播放中</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>recording %1</source>
        <translation>录制中 %1</translation>
    </message>
</context>
<context>
    <name>fovea::WindowMenus</name>
    <message>
        <source>Views and panes</source>
        <translation>视图与窗格</translation>
    </message>
    <message>
        <source>Sample photographs</source>
        <translation>示例照片</translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation>最近的文件</translation>
    </message>
    <message>
        <source>Forget them</source>
        <translation>清除记录</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Mechanism: %1</source>
        <translation>机制：%1</translation>
    </message>
    <message>
        <source>Sample: %1</source>
        <translation>示例：%1</translation>
    </message>
    <message>
        <source>About Fovea</source>
        <translation>关于 Fovea</translation>
    </message>
    <message>
        <source>&lt;b&gt;Fovea %1&lt;/b&gt;&lt;p&gt;Shows what attention mechanisms in computer vision attend to.&lt;/p&gt;&lt;p&gt;MIT licence. Built on Qt %2 (LGPL), OpenCV (Apache-2.0), Eigen (MPL-2.0) and nlohmann/json (MIT).&lt;/p&gt;&lt;p&gt;Engine for %3.&lt;/p&gt;</source>
        <translation>&lt;b&gt;Fovea %1&lt;/b&gt;&lt;p&gt;展示计算机视觉中的注意力机制关注什么。&lt;/p&gt;&lt;p&gt;MIT 许可证。基于 Qt %2（LGPL）、OpenCV（Apache-2.0）、Eigen（MPL-2.0）和 nlohmann/json（MIT） 构建。&lt;/p&gt;&lt;p&gt;计算引擎：%3。&lt;/p&gt;</translation>
    </message>
</context>
</TS>
