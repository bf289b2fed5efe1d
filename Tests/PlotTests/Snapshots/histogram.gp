# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$bins1 << EOD
0.1831 0.2158263157894737 1
0.2158263157894737 0.24855263157894736 3
0.24855263157894736 0.2812789473684211 4
0.2812789473684211 0.31400526315789473 6
0.31400526315789473 0.3467315789473684 17
0.3467315789473684 0.3794578947368421 30
0.3794578947368421 0.4121842105263157 20
0.4121842105263157 0.4449105263157894 52
0.4449105263157894 0.47763684210526314 48
0.47763684210526314 0.5103631578947369 65
0.5103631578947369 0.5430894736842105 68
0.5430894736842105 0.5758157894736842 62
0.5758157894736842 0.6085421052631579 58
0.6085421052631579 0.6412684210526315 24
0.6412684210526315 0.6739947368421052 19
0.6739947368421052 0.7067210526315789 15
0.7067210526315789 0.7394473684210526 4
0.7394473684210526 0.7721736842105263 2
0.7721736842105263 0.8049 2
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1030,734 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 515,367 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.10604; set rmargin at screen 0.97983
    set tmargin at screen 0.90765; set bmargin at screen 0.1447
    unset logscale x
    set xrange [0.170664:0.817336]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.2' 0.2, '0.3' 0.30000000000000004, '0.4' 0.4, '0.5' 0.5, '0.6' 0.6000000000000001, '0.7' 0.7000000000000001, '0.8' 0.8)
    unset logscale y
    set yrange [0:72.08]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0' 0, '10' 10, '20' 20, '30' 30, '40' 40, '50' 50, '60' 60, '70' 70)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid noxtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Rewards of a rollout}' at screen 0.54293, screen 0.94837 center font ',11' textcolor '#262626' front
    set label 'reward' at screen 0.54293, screen 0.04995 center noenhanced font ',10' textcolor '#262626' front
    set label 'count' at screen 0.03521, screen 0.52618 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key off
    plot $bins1 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#0072b2' fillstyle solid 0.9 border linecolor '#ffffff' linewidth 0.8 notitle
    unset label; unset arrow; unset object
    unset output
}
