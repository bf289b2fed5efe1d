# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$matrix1 << EOD
1 0.84 0.68 0.52 0.36
0.84 1 0.84 0.68 0.52
0.68 0.84 1 0.84 0.68
0.52 0.68 0.84 1 0.84
0.36 0.52 0.68 0.84 1
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 726,594 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 363,297 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.14153; set rmargin at screen 0.77514
    set tmargin at screen 0.88588; set bmargin at screen 0.11147
    unset logscale x
    set xrange [-0.5:4.5]
    set xtics nomirror out scale 0 norotate noenhanced font ',9' textcolor '#262626' ('dog' 0, 'cat' 1, 'knife' 2, 'sword' 3, 'apple' 4)
    unset logscale y
    set yrange [4.5:-0.5]
    set ytics nomirror out scale 0 norotate noenhanced font ',9' textcolor '#262626' ('dog' 0, 'cat' 1, 'knife' 2, 'sword' 3, 'apple' 4)
    set border 0 linecolor '#8c8c8c' linewidth 0.8
    unset grid
    set label '{/:Bold Similarity of prompts}' at screen 0.45834, screen 0.93621 center font ',11' textcolor '#262626' front
    set key off
    set palette defined (0 '#f7fbff', 1 '#dbe9f5', 2 '#b5d4e9', 3 '#7fb8da', 4 '#4796c5', 5 '#1f73ae', 6 '#0b4f8a', 7 '#082f5e')
    set cbrange [0.36:1]
    set colorbox user origin screen 0.8082, screen 0.11147 size screen 0.03306, screen 0.77441 noborder
    set cbtics out nomirror scale 0.4 noenhanced font ',9' textcolor '#262626' ('0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8, '1.0' 1)
    set label 'cosine' at screen 0.94818, screen 0.49868 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set label '1.00' at first 0, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.84' at first 1, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.68' at first 2, first 0 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.52' at first 3, first 0 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.36' at first 4, first 0 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.84' at first 0, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '1.00' at first 1, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.84' at first 2, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.68' at first 3, first 1 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.52' at first 4, first 1 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.68' at first 0, first 2 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.84' at first 1, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '1.00' at first 2, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.84' at first 3, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.68' at first 4, first 2 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.52' at first 0, first 3 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.68' at first 1, first 3 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.84' at first 2, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '1.00' at first 3, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.84' at first 4, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.36' at first 0, first 4 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.52' at first 1, first 4 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.68' at first 2, first 4 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.84' at first 3, first 4 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '1.00' at first 4, first 4 center noenhanced font ',8.5' textcolor '#ffffff' front
    set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor '#d9d9d9' fillstyle solid noborder
    plot $matrix1 matrix using 1:2:3 with image pixels notitle
    unset label; unset arrow; unset object
    unset output
}
