<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>CommandLine</name>
    <message>
        <source>Runs the module named in the file's metadata (id, hyperparams) on its tensors (input; gate, location … where present) with its param.* and writes output and every attn.*. What the file holds under those names is never read.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The safetensors case.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>File to write.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Name the file to write with -o.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>draw the attention of one module over a picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>run the module a safetensors case names on its tensors</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>list the attention modules</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>usage: fovea [FILE]            open the window, on FILE if given
       fovea COMMAND --help    how to use a command

Commands:
</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>
Options: --help, --version
Exit status: 0 done, 1 failed, 2 wrong usage.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show this help.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Lists the attention modules.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>As JSON, with all parameters.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is no command or option; see fovea --help.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>PNG to write; its description goes beside it as .json.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Module id; see fovea modules.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A parameter of the module; may be repeated.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The module's state_dict as a safetensors file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Seed of random weights (1).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Output stride of the Retina: 4, 8, 16 or 32 (8).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Which map of the module, by name.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Channel maps: before, after or changed.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>One channel instead of their mean.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>One head of a pairwise map instead of their mean.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Query of a pairwise map as fractions of the picture (0.5,0.5).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Who looks at the query, not where it looks.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Colour map, such as viridis.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Values of the two ends of the colours.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opacity of the overlay, 0 to 1 (0.6).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Flat cells instead of smooth ones.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Add a colour bar and a caption.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Write the numbers into this folder, too.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>--%1 takes a number, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>--%1 takes a whole number, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>--%1 takes two numbers as %2, not “%3”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no colour map “%1”; choose one of %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>--range needs its first number below its second.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>--opacity lies between 0 and 1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>--mode is before, after or changed, not “%1”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Draws the attention of one module over a picture, at the picture's own size.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The picture: PNG, JPEG, WebP, BMP, TIFF or PNM.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Name the file to write with -o and the module with --module.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no module “%1”; fovea modules lists them.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>engine</name>
    <message>
        <source>A parameter is given as name=value, not “%1”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The clipboard holds no picture; copy one first.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The map “%1” has %2 values, more than %3 MB; choose a larger stride.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 gives values which are not finite in its map “%2”; choose other weights or parameters.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 gives an output with values which are not finite; choose other weights or parameters.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no parameter “%1”; this mechanism has none.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no parameter “%1”; choose one of: %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” needs a number such as 0.25, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” needs a whole number, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” needs true or false, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” needs one of its choices, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” needs a list of its choices, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” needs two fractions such as 0.3,0.7, not “%2”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” has no choice “%2”; choose from: %3.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameter “%1” has “%2” twice; give it once.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The parameters are not a JSON object such as {"reduction": 16}.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The weights lack the tensor “%1” (%2); save the module's whole state_dict.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The weight tensor “%1” has the shape %2 where %3 is needed; choose weights made for these features and parameters.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The weight tensor “%1” contains values which are not finite; choose other weights.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>This mechanism has no weights, but the tensor “%1” was given; choose no weights.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The weights hold the tensor “%1”, which this mechanism does not have with these parameters; choose weights made for it.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The Retina's stride cannot be %1; choose 4, 8, 16 or 32.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The Retina's working size cannot be %1 pixels; choose at least 1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The Retina needs an 8-bit colour picture; open another file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>OpenCV could not process the picture (%1); try a smaller one.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Cancelled.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>brightness, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>brightness, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>brightness, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>red–green, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>red–green, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>red–green, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>blue–yellow, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>blue–yellow, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>blue–yellow, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>bright spot, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>dark spot, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>bright spot, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>dark spot, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>bright spot, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>dark spot, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>bright spot, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>dark spot, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>red spot, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>green spot, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>red spot, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>green spot, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>blue spot, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>yellow spot, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>blue spot, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>yellow spot, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 0°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 22.5°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 45°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 67.5°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 90°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 112.5°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 135°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 157.5°, finest</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 0°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 22.5°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 45°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 67.5°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 90°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 112.5°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 135°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 157.5°, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 0°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 22.5°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 45°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 67.5°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 90°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 112.5°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 135°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 157.5°, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 0°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 22.5°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 45°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 67.5°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 90°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 112.5°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 135°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>edges 157.5°, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>local contrast, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>local contrast, medium</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>local contrast, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>motion, fine</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>motion, coarse</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>motion, growing brighter</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>motion, growing darker</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>CBAM needs at least one kind of pooling; choose avg, max or both.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>CBAM has nothing to compute: a reduction of %1 leaves no hidden channel of %2; choose a reduction of at most %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Spatial gate</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Channel gate</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Convolutional block attention module</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weighs the channels first and then the positions of what remains.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reduction</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>How many times fewer channels the hidden layer has.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pooling</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What the channel gate sees of each channel: its mean, its maximum or both.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Channel gate only</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Leaves the spatial gate out.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Coordinate gate</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Row gate</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Column gate</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Coordinate attention</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weighs each channel by one gate along the rows and one along the columns.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>How many times fewer channels the hidden layer has; it keeps at least 8.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>ECA needs an odd kernel size, not %1; choose an odd number, or 0 to let the channels decide.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Efficient channel attention</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weighs each channel by the means of a few neighbouring channels.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Kernel size</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>How many neighbouring channels count, an odd number; 0 lets the number of channels decide.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>GC needs at least one fusion; choose channel_add, channel_mul or both.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>GC has nothing to compute: its ratio leaves no hidden channel of %1; choose a ratio of at least 1/%1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Added to each channel</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Context weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Global context block</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Gathers one context from all positions by one map and gives it back to every position.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Ratio</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Hidden channels as a fraction of the channels.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>How the context is gathered: by a learned map (att) or as the plain mean (avg).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fusion</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>How the context returns: as a factor, as a term or both.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Top-k cannot rank features which are not finite.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Selected positions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Saliency</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Hard top-k selection of positions</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Keeps the most salient positions and sets all others to zero; nothing is learned.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Share kept</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fraction of the positions which is kept; at least one always is.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What ranks the positions: mean of absolute values, length of the vector, or plain mean.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 channels cannot be shared out evenly among %2 heads; choose one of these numbers of heads: %3.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Stopped.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Attention matrix</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Multi-head self-attention</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Lets every position gather from all positions, once per head, as vision transformers do.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Heads</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>How many attention matrices share the channels; it must divide their number.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Query, key and value biases</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Whether query, key and value add a learned constant.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SAGAN needs at least 8 channels, but these features have %1; choose features with more channels.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SAGAN self-attention</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Lets every position gather from all positions whose key resembles its query.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SE has nothing to compute: a reduction of %1 leaves no hidden channel of %2; choose a reduction of at most %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Squeeze-and-excitation</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weighs each channel by a small network which sees the mean of every channel.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Biases</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Whether both layers add a learned constant.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SimAM needs at least two positions; choose a smaller stride or a larger picture.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Energy gate</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Parameter-free energy attention</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weighs every value by how far it stands out from its channel; nothing is learned.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Regulariser λ</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Added to each channel's variance; a large value flattens the map.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SRM needs at least two positions; choose a smaller stride or a larger picture.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Style-based recalibration</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weighs each channel by its own mean and spread, its style.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The file does not say which mechanism to run; give it the metadata “id”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no mechanism “%1”; “fovea modules” lists all of them.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The file has no tensor “input”; add one of the shape C×H×W.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The tensor “input” has the shape %1; it must be C×H×W, or T×C×H×W for T frames, and not empty.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The tensor “input” contains values which are not finite; remove them.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The hyper-parameter “%1” is %2, but “input” has %3; make them agree.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The hyper-parameter “%1” is %2, outside its range %3 to %4.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 works on one picture, but “input” has %2 frames; give it one of them.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The computation was stopped.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 needs more memory than there is; choose a larger stride or a smaller picture.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 failed (%2); choose other parameters or weights.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 compares several frames and this is a single picture; choose another mechanism.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 needs a second, coarser feature map, which a picture does not give; choose another mechanism.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 needs a chosen point, which this pass does not give; choose another mechanism.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no picture; open one.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Inferno</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Viridis</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Magma</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Cividis</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Grey</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Blue–red</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Purple–green</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The picture was cancelled.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The matrix “%1” does not fit its grids; run the module again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The map “%1” is not a matrix; choose another map.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The map “%1” of %2 does not fit its features; run the module again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The picture of the map “%1” of %2 has values which are not finite; choose other weights or parameters.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no channel %1; choose one from 0 to %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>one channel</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>before</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>after</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>what attention changed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The map “%1” of %2 does not multiply the features; choose “before” or one channel.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>mean over channels</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>to the query</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>from the query</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The map “%1” of %2 has no place on the picture; choose another map.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 gives no map which has a place on the picture; choose another module.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 has no map “%2”; choose one of: %3.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no result of the module “%1” yet; choose it in the list.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There are no features yet; open a picture.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no picture yet; open one.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 has no matrix “%2”; choose another map.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>upper left</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>top</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>upper right</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>left</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>centre</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>right</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>lower left</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>bottom</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>lower right</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The picture could not be painted (%1); make the view smaller.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opening was stopped.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 could not be opened (%2); try a smaller picture.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no picture to take; copy one first.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is an animation; save one of its pictures as a file of its own.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is cut off or damaged; choose an intact copy of this %2 file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is empty; choose another file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is not a picture of a kind read here; choose a PNG, JPEG, WebP, BMP, TIFF or PNM file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” has %2 × %3 pixels, more than the 100 megapixels allowed; reduce it first.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” cannot be decoded (%2); save it again as PNG.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” stores its colours in a depth which is not read here; save it with 8 bits a channel.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” holds no picture; copy one first.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no file “%1”; check its path.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” may not be read; change its permissions or choose another file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” cannot be read (%2); choose another file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is a folder; choose a file in it.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is a device or a pipe, not a file; save its data to a file first.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” has %2 bytes, more than the %3 allowed; choose a smaller file.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1”: tensor “%2” has the type “%3”, which is not read here; save it as F32.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1”: the shape of tensor “%2” is too large; save the file again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1”: the data of tensor “%2” lies outside the file; the file is cut off or damaged, save it again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1”: tensor “%2” has %3 bytes, but its shape needs %4; save the file again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1”: the data of tensor “%2” does not follow the tensor before it; save the file again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” has %2 bytes which belong to no tensor; save the file again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” is not a safetensors file or is cut off; choose a file written by safetensors.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” has “%2” twice in its header; save the file again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1”: the header entry of tensor “%2” is damaged; save the file again.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” has a damaged header; choose a file written by safetensors.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>“%1” cannot be written (%2); choose another place.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no picture to write; open one first.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>figure</name>
    <message>
        <source>%1 everywhere</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::CanvasArea</name>
    <message>
        <source>Close the message</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Colour scale</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open a picture, drop one here, or paste it.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open a picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>or drop one here, or paste it</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::CardsPanel</name>
    <message>
        <source>Parameters</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Map shown on the picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Channel weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Attention matrix</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Statistics of the map</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::ChannelBars</name>
    <message>
        <source>Before</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The features as they come in: the mean over channels of |x|</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>After</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The features as the weights leave them</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Changed</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>What the weights raise and lower; equal weights change nothing</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Picture of the channels</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>by weight</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>by index</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Sort by index</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Sort by weight</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: click to show all channels again</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No channel weights yet.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Channels: %1; highest: %2; lowest: %3.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Shown alone: %1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Row %1: %2.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A mechanism that weighs channels fills this card.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::EngineText</name>
    <message>
        <source>parameter-free</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>your file (%1)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>random (seed %1)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>trained (%1)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>channel</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>spatial</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>channel + spatial</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>temporal</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>spatial + temporal</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>branch</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>soft</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>hard</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>self</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::Filmstrip</name>
    <message>
        <source>Mechanisms at a glance</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No thumbnails yet.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 (shown)</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::MainWindow</name>
    <message>
        <source>%1 · computing …</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Only files on this computer and pictures can be dropped here.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open a picture…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Paste a picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Next picture of the folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Previous picture of the folder</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open weights…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Fit the picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Show at 100 %</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Zoom in</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Zoom out</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Smooth cells</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Lock the range</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Automatic range</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Hide or show the panels</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>About Fovea</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open the menu</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save the overlay…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save a figure with colour bar and caption…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save the numbers…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copy the overlay</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Sample photographs</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Recent files</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Forget them</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open a picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Pictures (%1);;All files (*)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 is parameter-free: it has no weights to open.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Weights (*.safetensors);;All files (*)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save the overlay</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>PNG pictures (*.png)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Save a figure</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Folder for the numbers</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>choose a mechanism of the filmstrip</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>wheel, drag</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>zoom about the cursor, move the picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>F, B (hold)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>fit the picture, look at it without the overlay</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>click, arrow keys</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>set and move the query of a pairwise map</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Tab</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>hide or show all panels</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>&lt;b&gt;Fovea %1&lt;/b&gt;&lt;p&gt;Shows what attention mechanisms in computer vision attend to.&lt;/p&gt;&lt;p&gt;MIT licence. Built on Qt %2 (LGPL), OpenCV (Apache-2.0), Eigen (MPL-2.0) and nlohmann/json (MIT).&lt;/p&gt;&lt;p&gt;Engine for %3.&lt;/p&gt;</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>There is no attention to save yet; open a picture and choose a mechanism that runs on it.</source>
        <translation type="unfinished" />
    </message>
    <message numerus="yes">
        <source>Saved %n file(s) in %1.</source>
        <translation type="unfinished">
            <numerusform />
        </translation>
    </message>
    <message>
        <source>Saved %1 and its description.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Copied the picture with its overlay.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::MatrixView</name>
    <message>
        <source>mean</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Head</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Which head is shown: the mean over all heads, or one</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>From</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Where the chosen place looks: its row of the matrix</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>To</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Which places look at the chosen one: its column of the matrix</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Direction</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No attention matrix yet.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>mean over %1 heads</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>head %1 of %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 × %2 weights, %3.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>one head</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Cell %1 is looked at most by cell %2 (%3).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Cell %1 looks most at cell %2 (%3).</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>from cell %1 to cell %2: %3</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A mechanism that compares places with places fills this card.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::ModulePicker</name>
    <message>
        <source>CHANNEL — what</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SPATIAL — where</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>CHANNEL + SPATIAL</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>TEMPORAL — when</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>SPATIAL + TEMPORAL</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>BRANCH — which</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Nothing matches “%1”.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search %1 mechanisms</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Search mechanisms</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Mechanisms</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::ParamForm</name>
    <message>
        <source>Weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Read the weights from a safetensors file</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>seed %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Seed of random weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Random weights of this seed; the same seed gives the same weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Other random weights</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No parameters to set.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No parameters and nothing learned.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Reset</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Set all parameters to their defaults</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::StatisticsView</name>
    <message>
        <source>%1 … %2: %3 %</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Every cell is 0: there is nothing to weigh.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Every cell has the same value, %1.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 of %2 bits</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>half the weight on</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 % of picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>entropy</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>mean</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>peak</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>%1 (%2, %3)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>No map yet.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Strongest %1; half the weight on %2 % of the area; entropy %3 of %4 bits; values %5 to %6, mean %7.</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>range %1 … %2
mean %3
half the weight on %4 % of the picture
entropy %5 of %6 bits</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>A map over the picture fills this card.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::StatusLine</name>
    <message>
        <source>%1 %</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>x %1 · y %2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>cell %1,%2</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>value %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>computing …</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>features %1 ms    module %2 ms    drawing %3 ms</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>weights: %1</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>These weights were drawn at random, not learned: the map shows the mechanism, not what a trained network attends to.</source>
        <translation type="unfinished" />
    </message>
</context>
<context>
    <name>fovea::TopBar</name>
    <message>
        <source>Open…</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Open a picture (Ctrl+O)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opacity</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Opacity of the overlay</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Colour map</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Features</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>The built-in Retina needs no training; its stride is the size of a cell in pixels of the working picture</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Menu (F10)</source>
        <translation type="unfinished" />
    </message>
    <message>
        <source>Retina · stride %1</source>
        <translation type="unfinished" />
    </message>
</context>
</TS>
