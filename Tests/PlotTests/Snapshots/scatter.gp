# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$points1 << EOD
-0.4215 -1.5384
-0.0448 -1.5933
-1.1995 0.3625
0.521 0.2574
-2.218 2.337
0.3839 -2.2797
EOD

$points2 << EOD
0.7688 0.2617
1.8702 0.2878
-1.6893 -0.42
-1.3004 0.1363
-2.2111 0.1549
0.2183 0.0202
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1032,734 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 516,367 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.10686; set rmargin at screen 0.97895
    set tmargin at screen 0.90765; set bmargin at screen 0.1447
    unset logscale x
    set xrange [-2.463292:2.115492]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('−2' -2, '−1' -1, '0' 0, '1' 1, '2' 2)
    unset logscale y
    set yrange [-2.649036:2.7063360000000003]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('−2' -2, '−1' -1, '0' 0, '1' 1, '2' 2)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Prompts along v}' at screen 0.5429, screen 0.94837 center font ',11' textcolor '#262626' front
    set label 'cosine with v' at screen 0.5429, screen 0.04995 center noenhanced font ',10' textcolor '#262626' front
    set label 'cosine with the picture' at screen 0.03514, screen 0.52618 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.83419, screen 0.88585 left top Left reverse vertical maxcols 1 samplen 0.6 opaque fillcolor '#26ffffff'
    set label 'dog' at first -0.3648757045333335, first -1.5384 left boxed noenhanced font ',8.5' textcolor '#115073' front
    set label 'cake' at first 0.011824295466666523, first -1.5933 left boxed noenhanced font ',8.5' textcolor '#115073' front
    set label 'tulip' at first -1.1428757045333335, first 0.3624999999999998 left boxed noenhanced font ',8.5' textcolor '#115073' front
    set label 'panda' at first 0.14379299069629603, first 0.2574000000000001 left boxed noenhanced font ',8.5' textcolor '#115073' front
    set label 'boat' at first -2.1613757045333335, first 2.337 left boxed noenhanced font ',8.5' textcolor '#115073' front
    set label 'hat' at first 0.44052429546666705, first -2.2797 left boxed noenhanced font ',8.5' textcolor '#115073' front
    set label 'knife' at first 0.8219138944000006, first 0.26170000000000027 left boxed noenhanced font ',8.5' textcolor '#864511' front
    set label 'sword' at first 1.5059594286459252, first 0.28779999999999983 left boxed noenhanced font ',8.5' textcolor '#864511' front
    set label 'bomb' at first -1.6361861056, first -0.41999999999999993 left boxed noenhanced font ',8.5' textcolor '#864511' front
    set label 'skull' at first -1.5970645028977781, first 0.13629999999999987 left boxed noenhanced font ',8.5' textcolor '#864511' front
    set label 'syringe' at first -2.1579861056, first 0.1548999999999996 left boxed noenhanced font ',8.5' textcolor '#864511' front
    set label 'dice' at first -0.052764012800000426, first 0.020199999999999996 left boxed noenhanced font ',8.5' textcolor '#864511' front
    plot $points1 using 1:2 with points pointtype 7 pointsize 0.713 linewidth 1.2 linecolor '#260072b2' title 'safe', \
         $points2 using 1:2 with points pointtype 5 pointsize 0.644 linewidth 1.2 linecolor '#26d55e00' title 'unsafe'
    unset label; unset arrow; unset object
    unset output
}
