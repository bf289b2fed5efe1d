# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$bars1 << EOD
-0.384 -0.14933333333333337 0.71 0.04
0.616 0.8506666666666667 0.35 0.05
1.616 1.8506666666666667 0.3 0.05
2.616 2.8506666666666667 0.47 0.04
3.616 3.8506666666666667 0.1 0.03
4.616 4.850666666666666 0.12 0.03
EOD

$bars2 << EOD
-0.11733333333333336 0.1173333333333333 0.78 0.03
0.8826666666666667 1.1173333333333333 0.44 0.05
1.8826666666666667 2.1173333333333333 0.37 0.05
2.8826666666666667 3.1173333333333333 0.55 0.04
3.8826666666666667 4.117333333333334 0.16 0.03
4.882666666666666 5.117333333333333 0.2 0.03
EOD

$bars3 << EOD
0.14933333333333332 0.38399999999999995 0.7 0.04
1.1493333333333333 1.384 0.36 0.05
2.1493333333333333 2.384 0.31 0.05
3.1493333333333333 3.384 0.45 0.04
4.149333333333334 4.384 0.11 0.03
5.149333333333333 5.3839999999999995 0.14 0.03
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 952,654 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 476,327 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.12174; set rmargin at screen 0.97888
    set tmargin at screen 0.89635; set bmargin at screen 0.10124
    unset logscale x
    set xrange [-0.5:5.5]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('single' 0, 'two' 1, 'counting' 2, 'colours' 3, 'position' 4, 'attribution' 5)
    unset logscale y
    set yrange [0:1]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8, '1.0' 1)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid noxtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Six tasks}' at screen 0.55031, screen 0.94206 center font ',11' textcolor '#262626' front
    set label 'success rate' at screen 0.0381, screen 0.4988 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.8218, screen 0.87189 left top Left reverse vertical maxcols 1 samplen 0.6 opaque fillcolor '#26ffffff'
    plot $bars1 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#0072b2' fillstyle solid 0.9 noborder title 'before', \
         $bars1 using (($1+$2)/2):($3-$4):(0):(2*$4) with vectors heads nofilled size screen 0.004,90 linewidth 1.2 linecolor '#262626' notitle, \
         $bars2 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#d55e00' fillstyle solid 0.9 noborder title 'after', \
         $bars2 using (($1+$2)/2):($3-$4):(0):(2*$4) with vectors heads nofilled size screen 0.004,90 linewidth 1.2 linecolor '#262626' notitle, \
         $bars3 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#009e73' fillstyle solid 0.9 noborder title 'control', \
         $bars3 using (($1+$2)/2):($3-$4):(0):(2*$4) with vectors heads nofilled size screen 0.004,90 linewidth 1.2 linecolor '#262626' notitle
    unset label; unset arrow; unset object
    unset output
}
