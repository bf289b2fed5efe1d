# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$band1 << EOD
0 0.5 1.5
1 1.5 2.5

3 3.5 4.5
4 4.5 5.5
5 3.5 4.5

7 2.5 3.5
8 1.5 2.5
9 2.5 3.5
EOD

$line1 << EOD
0 1
1 2
2 NaN
3 4
4 5
5 4
6 NaN
7 3
8 2
9 3
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1016,690 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 508,345 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.09437; set rmargin at screen 0.98019
    set tmargin at screen 0.96522; set bmargin at screen 0.15362
    unset logscale x
    set xrange [-0.225:9.225]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0' 0, '2' 2, '4' 4, '6' 6, '8' 8)
    unset logscale y
    set yrange [0.2:5.8]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('1' 1, '2' 2, '3' 3, '4' 4, '5' 5)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label 'x' at screen 0.53728, screen 0.05283 center noenhanced font ',10' textcolor '#262626' front
    set label 'y' at screen 0.0357, screen 0.55942 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.78142, screen 0.94203 left top Left reverse vertical maxcols 1 samplen 2 opaque fillcolor '#26ffffff'
    plot $band1 using 1:2:3 with filledcurves linecolor '#0072b2' fillstyle transparent solid 0.18 noborder notitle, \
         $line1 using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 2 dashtype (2,3) linecolor '#000072b2' title 'with gaps'
    unset label; unset arrow; unset object
    unset output
}
