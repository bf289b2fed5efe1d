# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$line1 << EOD
0 NaN
1 NaN
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1036,734 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 518,367 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.11187; set rmargin at screen 0.98059
    set tmargin at screen 0.90765; set bmargin at screen 0.1447
    unset logscale x
    set xrange [0:1]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0' 0, '1' 1)
    unset logscale y
    set yrange [-0.06:1.06]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8, '1.0' 1)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold No value}' at screen 0.54623, screen 0.94837 center font ',11' textcolor '#262626' front
    set label 'x' at screen 0.54623, screen 0.04995 center noenhanced font ',10' textcolor '#262626' front
    set label 'y' at screen 0.03501, screen 0.52618 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set label 'no finite values to show' at screen 0.54623, screen 0.52581 center noenhanced font ',10' textcolor '#5c5c5c' front
    set key on at screen 0.80808, screen 0.88585 left top Left reverse vertical maxcols 1 samplen 2 opaque fillcolor '#26ffffff'
    plot $line1 using 1:2 with lines linewidth 2 linecolor '#000072b2' title 'nothing'
    unset label; unset arrow; unset object
    unset output
}
