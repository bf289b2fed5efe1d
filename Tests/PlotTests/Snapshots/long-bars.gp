# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$bars1 << EOD
-0.33 0.33 0.41 0
0.6699999999999999 1.33 -0.22 0
1.67 2.33 -0.05 0
2.67 3.33 0.3 0
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1116,574 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 558,287 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.29971; set rmargin at screen 0.98071
    set tmargin at screen 0.8819; set bmargin at screen 0.18616
    unset logscale x
    set xrange [-0.30820000000000003:0.4982]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('−0.2' -0.2, '0.0' 0, '0.2' 0.2, '0.4' 0.4)
    unset logscale y
    set yrange [3.5:-0.5]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('a photo of a red apple on a'."\n".'wooden table' 0, 'a dagger' 1, 'two dogs next to a fire' 2, 'a family friendly picture of a'."\n".'clown with a balloon and a'."\n".'cake' 3)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics noytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Safety of prompts}' at screen 0.64021, screen 0.93398 center font ',11' textcolor '#262626' front
    set label 'z · v' at screen 0.64021, screen 0.06499 center noenhanced font ',10' textcolor '#262626' front
    set key off
    set label '0.41' at first 0.41, first 0 left offset 0.5,0 noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.22' at first -0.22, first 1 right offset -0.5,0 noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.05' at first -0.05, first 2 right offset -0.5,0 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.3' at first 0.3, first 3 left offset 0.5,0 noenhanced font ',8.5' textcolor '#262626' front
    set arrow from first 0, graph 0 to first 0, graph 1 nohead front linewidth 0.8 linecolor '#8c8c8c'
    plot $bars1 using ($3/2):(($1+$2)/2):(0):3:1:2 with boxxyerror fillcolor '#0072b2' fillstyle solid 0.9 noborder notitle
    unset label; unset arrow; unset object
    unset output
}
