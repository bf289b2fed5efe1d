# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$bars1 << EOD
-0.33 0.33 0.76 0
0.6699999999999999 1.33 0.71 0
1.67 2.33 0.68 0
2.67 3.33 0.75 0
3.67 4.33 0.62 0
4.67 5.33 0.58 0
5.67 6.33 0.66 0
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 924,712 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 462,356 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.12543; set rmargin at screen 0.97686
    set tmargin at screen 0.90479; set bmargin at screen 0.17446
    unset logscale x
    set xrange [-0.5:6.5]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('weapon' 0, 'explosive' 1, 'horror' 2, 'drug' 3, 'tobacco'."\n".'and'."\n".'alcohol' 4, 'gambling' 5, 'insult' 6)
    unset logscale y
    set yrange [0:0.8360000000000001]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid noxtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Unsafe pictures by harm group}' at screen 0.55114, screen 0.94678 center font ',11' textcolor '#262626' front
    set label 'share of pictures' at screen 0.03925, screen 0.53963 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key off
    set label '0.76' at first 0, first 0.76 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.71' at first 1, first 0.71 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.68' at first 2, first 0.68 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.75' at first 3, first 0.75 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.62' at first 4, first 0.62 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.58' at first 5, first 0.58 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    set label '0.66' at first 6, first 0.66 center offset 0,0.6 noenhanced font ',8.5' textcolor '#262626' front
    plot $bars1 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#0072b2' fillstyle solid 0.9 noborder notitle
    unset label; unset arrow; unset object
    unset output
}
