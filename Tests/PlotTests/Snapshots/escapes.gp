# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$line1 << EOD
0 1
1 2
2 3
EOD

$line2 << EOD
0 3
1 2
2 1
EOD

$line3 << EOD
0 2
1 2
2 2
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1450,770 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 725,385 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.07993; set rmargin at screen 0.70062
    set tmargin at screen 0.86549; set bmargin at screen 0.13822
    unset logscale x
    set xrange [0:2]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0' 0, '1' 1, '2' 2)
    unset logscale y
    set yrange [0.88:3.12]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('1.0' 1, '1.5' 1.5, '2.0' 2, '2.5' 2.5, '3.0' 3)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold a\_b\^c \{d\} '."'".'e'."'".' "f" `g`}' at screen 0.39027, screen 0.95079 center font ',11' textcolor '#262626' front
    set label '{/:Bold second line \\n # $x}' at screen 0.39027, screen 0.90431 center font ',11' textcolor '#262626' front
    set label 'x_label {y}' at screen 0.39027, screen 0.0479 center noenhanced font ',10' textcolor '#262626' front
    set label 'Ärger & Σ_i' at screen 0.02501, screen 0.50185 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.71717, screen 0.86549 left top Left reverse vertical maxcols 1 samplen 2 noopaque
    plot $line1 using 1:2 with lines linewidth 2 linecolor '#000072b2' title 'loss_total{x}^2 @ & ~ \alpha', \
         $line2 using 1:2 with lines linewidth 2 linecolor '#00d55e00' title 'it'."'".'s "quoted" `date` $0 %d', \
         $line3 using 1:2 with lines linewidth 2 linecolor '#00009e73' title 'ünï 中文 😀 z′·v ‖x‖'
    unset label; unset arrow; unset object
    unset output
}
