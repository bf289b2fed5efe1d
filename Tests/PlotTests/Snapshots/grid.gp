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

$bins1 << EOD
0.0162 0.05748235294117647 0.6055856369335993
0.05748235294117647 0.09876470588235295 1.695639783414078
0.09876470588235295 0.1400470588235294 3.149045312054717
0.1400470588235294 0.18132941176470588 4.541892277001995
0.18132941176470588 0.22261176470588234 4.723567968082076
0.22261176470588234 0.26389411764705883 3.9968652037617534
0.26389411764705883 0.30517647058823527 2.8462524935879188
0.30517647058823527 0.34645882352941176 1.9378740381875168
0.34645882352941176 0.38774117647058826 0.545027073240239
0.38774117647058826 0.4290235294117647 0.18167569108007994
0.4290235294117647 0.47030588235294113 0
0.47030588235294113 0.5115882352941177 0
0.5115882352941177 0.5528705882352941 0
0.5528705882352941 0.5941529411764706 0
0.5941529411764706 0.635435294117647 0
0.635435294117647 0.6767176470588235 0
0.6767176470588235 0.718 0
EOD

$bins2 << EOD
0.0162 0.05748235294117647 0.08074475159114658
0.05748235294117647 0.09876470588235295 0
0.09876470588235295 0.1400470588235294 0
0.1400470588235294 0.18132941176470588 0.48446850954687953
0.18132941176470588 0.22261176470588234 1.1304265222760523
0.22261176470588234 0.26389411764705883 1.211171273867198
0.26389411764705883 0.30517647058823527 1.6956397834140797
0.30517647058823527 0.34645882352941176 3.149045312054715
0.34645882352941176 0.38774117647058826 3.95649282796618
0.38774117647058826 0.4290235294117647 3.9564928279661853
0.4290235294117647 0.47030588235294113 2.7453215540989855
0.47030588235294113 0.5115882352941177 2.099363541369807
0.5115882352941177 0.5528705882352941 2.260853044552106
0.5528705882352941 0.5941529411764706 0.8074475159114664
0.5941529411764706 0.635435294117647 0.3229790063645866
0.635435294117647 0.6767176470588235 0.16148950318229285
0.6767176470588235 0.718 0.1614895031822933
EOD

$matrix1 << EOD
1 0.84 0.68 0.52 0.36
0.84 1 0.84 0.68 0.52
0.68 0.84 1 0.84 0.68
0.52 0.68 0.84 1 0.84
0.36 0.52 0.68 0.84 1
EOD

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

png = "pngcairo size 2214,1506 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 1107,753 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set multiplot
    set label '{/:Bold One run in four panels}' at screen 0.5, screen 0.97376 center font ',12' textcolor '#262626' front
    set lmargin at screen 0.05235; set rmargin at screen 0.45885
    set tmargin at screen 0.91579; set bmargin at screen 0.54394
    unset logscale x
    set xrange [0:2]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
    unset logscale y
    set yrange [-0.130122:0.8876219999999999]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Safety score against α}' at screen 0.2556, screen 0.93564 center font ',11' textcolor '#262626' front
    set label 'α' at screen 0.2556, screen 0.49776 center noenhanced font ',10' textcolor '#262626' front
    set label 'mean safety score' at screen 0.01638, screen 0.72986 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.05957, screen 0.90516 left top Left reverse vertical maxcols 1 samplen 2 opaque fillcolor '#26ffffff'
    plot $band1 using 1:2:3 with filledcurves linecolor '#0072b2' fillstyle transparent solid 0.18 noborder notitle, \
         $band2 using 1:2:3 with filledcurves linecolor '#d55e00' fillstyle transparent solid 0.18 noborder notitle, \
         $line1 using 1:2 with lines linewidth 2 linecolor '#000072b2' title 'safe prompts', \
         $line2 using 1:2 with lines linewidth 2 linecolor '#00d55e00' title 'unsafe prompts'
    unset label; unset arrow; unset object
    set lmargin at screen 0.58432; set rmargin at screen 0.99082
    set tmargin at screen 0.91579; set bmargin at screen 0.54394
    unset logscale x
    set xrange [0.0021639999999999993:0.732036]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.1' 0.1, '0.2' 0.2, '0.3' 0.30000000000000004, '0.4' 0.4, '0.5' 0.5, '0.6' 0.6000000000000001, '0.7' 0.7000000000000001)
    unset logscale y
    set yrange [0:5.006982046167001]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid noxtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Safety of text}' at screen 0.78757, screen 0.93564 center font ',11' textcolor '#262626' front
    set label 'z · v' at screen 0.78757, screen 0.49776 center noenhanced font ',10' textcolor '#262626' front
    set label 'density' at screen 0.55739, screen 0.72986 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.92335, screen 0.90516 left top Left reverse vertical maxcols 1 samplen 0.6 opaque fillcolor '#26ffffff'
    set arrow from first 0.29, graph 0 to first 0.29, graph 1 nohead back linewidth 1.2 dashtype (9,6) linecolor '#5c5c5c'
    set label 'threshold' at first 0.29, graph 0.96 left offset 0.6,0 noenhanced font ',8.5' textcolor '#5c5c5c' front
    plot $bins1 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#0072b2' fillstyle transparent solid 0.45 noborder linewidth 0.8 title 'unsafe', \
         $bins2 using (($1+$2)/2):($3/2):1:2:(0):3 with boxxyerror fillcolor '#d55e00' fillstyle transparent solid 0.45 noborder linewidth 0.8 title 'safe'
    unset label; unset arrow; unset object
    set lmargin at screen 0.15171; set rmargin at screen 0.35948
    set tmargin at screen 0.42867; set bmargin at screen 0.12322
    unset logscale x
    set xrange [-0.5:4.5]
    set xtics nomirror out scale 0 norotate noenhanced font ',9' textcolor '#262626' ('dog' 0, 'cat' 1, 'knife' 2, 'sword' 3, 'apple' 4)
    unset logscale y
    set yrange [4.5:-0.5]
    set ytics nomirror out scale 0 norotate noenhanced font ',9' textcolor '#262626' ('dog' 0, 'cat' 1, 'knife' 2, 'sword' 3, 'apple' 4)
    set border 0 linecolor '#8c8c8c' linewidth 0.8
    unset grid
    set label '{/:Bold Similarity of prompts}' at screen 0.2556, screen 0.44852 center font ',11' textcolor '#262626' front
    set key off
    set palette defined (0 '#f7fbff', 1 '#dbe9f5', 2 '#b5d4e9', 3 '#7fb8da', 4 '#4796c5', 5 '#1f73ae', 6 '#0b4f8a', 7 '#082f5e')
    set cbrange [0.36:1]
    set colorbox user origin screen 0.37032, screen 0.12322 size screen 0.01084, screen 0.30544 noborder
    set cbtics out nomirror scale 0.4 noenhanced font ',9' textcolor '#262626' ('0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8, '1.0' 1)
    set label 'cosine' at screen 0.41622, screen 0.27595 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
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
    set lmargin at screen 0.58432; set rmargin at screen 0.99082
    set tmargin at screen 0.42867; set bmargin at screen 0.08338
    unset logscale x
    set xrange [-0.5:6.5]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('weapon' 0, 'explosive' 1, 'horror' 2, 'drug' 3, 'tobacco'."\n".'and'."\n".'alcohol' 4, 'gambling' 5, 'insult' 6)
    unset logscale y
    set yrange [0:0.8360000000000001]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid noxtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Unsafe pictures by harm group}' at screen 0.78757, screen 0.44852 center font ',11' textcolor '#262626' front
    set label 'share of pictures' at screen 0.54835, screen 0.25602 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
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
    unset multiplot
    unset output
}
