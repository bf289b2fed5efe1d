# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$band1 << EOD
0 0.2821 0.34209999999999996
0.1 0.29400000000000004 0.358
0.2 0.3194 0.38739999999999997
0.3 0.3512 0.42319999999999997
0.4 0.35710000000000003 0.4331
0.5 0.3795 0.45949999999999996
0.6 0.3945 0.4785
0.7 0.4154 0.5034
0.8 0.4335 0.5255
0.9 0.4644 0.5604
1 0.47059999999999996 0.5706
1.1 0.4994 0.6034
1.2 0.5216999999999999 0.6297
1.3 0.5306 0.6426000000000001
1.4 0.5561 0.6720999999999999
1.5 0.5832999999999999 0.7033
1.6 0.6013999999999999 0.7254
1.7 0.6265000000000001 0.7545
1.8 0.6377999999999999 0.7698
1.9 0.663 0.7989999999999999
2 0.6931 0.8331
EOD

$band2 << EOD
0 0.3369 0.39690000000000003
0.1 0.31010000000000004 0.3741
0.2 0.28600000000000003 0.354
0.3 0.2762 0.34819999999999995
0.4 0.2579 0.3339
0.5 0.2246 0.3046
0.6 0.20779999999999998 0.2918
0.7 0.198 0.286
0.8 0.15889999999999999 0.2509
0.9 0.14739999999999998 0.2434
1 0.1471 0.2471
1.1 0.1163 0.2203
1.2 0.088 0.19599999999999998
1.3 0.0738 0.1858
1.4 0.0547 0.1707
1.5 0.033600000000000005 0.15360000000000001
1.6 0.011700000000000002 0.1357
1.7 -0.0104 0.11760000000000001
1.8 -0.022000000000000006 0.11
1.9 -0.05500000000000001 0.081
2 -0.0756 0.06440000000000001
EOD

$line1 << EOD
0 0.3121
0.1 0.326
0.2 0.3534
0.3 0.3872
0.4 0.3951
0.5 0.4195
0.6 0.4365
0.7 0.4594
0.8 0.4795
0.9 0.5124
1 0.5206
1.1 0.5514
1.2 0.5757
1.3 0.5866
1.4 0.6141
1.5 0.6433
1.6 0.6634
1.7 0.6905
1.8 0.7038
1.9 0.731
2 0.7631
EOD

$line2 << EOD
0 0.3669
0.1 0.3421
0.2 0.32
0.3 0.3122
0.4 0.2959
0.5 0.2646
0.6 0.2498
0.7 0.242
0.8 0.2049
0.9 0.1954
1 0.1971
1.1 0.1683
1.2 0.142
1.3 0.1298
1.4 0.1127
1.5 0.0936
1.6 0.0737
1.7 0.0536
1.8 0.044
1.9 0.013
2 -0.0056
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1042,734 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 521,367 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.11122; set rmargin at screen 0.97495
    set tmargin at screen 0.90765; set bmargin at screen 0.1447
    unset logscale x
    set xrange [0:2]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
    unset logscale y
    set yrange [-0.130122:0.8876219999999999]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Safety score against α}' at screen 0.54308, screen 0.94837 center font ',11' textcolor '#262626' front
    set label 'α' at screen 0.54308, screen 0.04995 center noenhanced font ',10' textcolor '#262626' front
    set label 'mean safety score' at screen 0.0348, screen 0.52618 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.12658, screen 0.88585 left top Left reverse vertical maxcols 1 samplen 2 opaque fillcolor '#26ffffff'
    plot $band1 using 1:2:3 with filledcurves linecolor '#0072b2' fillstyle transparent solid 0.18 noborder notitle, \
         $band2 using 1:2:3 with filledcurves linecolor '#d55e00' fillstyle transparent solid 0.18 noborder notitle, \
         $line1 using 1:2 with lines linewidth 2 linecolor '#000072b2' title 'safe prompts', \
         $line2 using 1:2 with lines linewidth 2 linecolor '#00d55e00' title 'unsafe prompts'
    unset label; unset arrow; unset object
    unset output
}
