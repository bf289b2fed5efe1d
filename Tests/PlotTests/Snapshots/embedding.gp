# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$points1 << EOD
-2.5194 1.2444
-1.1106 0.8653
-2.926 0.2746
-2.9072 0.465
-1.4575 1.2557
-2.0197 0.222
-2.4739 0.8735
-1.9338 1.4893
-2.8164 0.4094
-1.7198 0.6396
-1.4209 0.9635
-1.9615 0.0373
-2.4943 0.376
-1.9132 0.0325
-2.1251 1.7966
-1.0292 1.7535
-1.596 1.1955
-1.7206 0.6381
-1.8705 0.6549
-2.9764 1.1444
-1.6658 0.7339
-2.2535 0.7275
-1.4941 0.4946
-1.303 0.3296
-1.1872 0.606
-1.0665 1.4177
-1.8056 1.3925
-2.1735 0.5381
-2.4078 0.6156
-3.1912 0.9986
-2.609 1.6953
-1.1507 0.5592
-2.324 1.4016
-1.9015 0.2714
-2.0608 0.9465
-2.0492 0.9256
-1.5359 0.8469
-1.7095 0.5524
-0.7254 1.5703
-2.5964 0.8052
EOD

$points2 << EOD
1.7427 0.7454
2.6536 1.0325
2.3862 0.6678
2.6092 0.8469
2.3557 0.3371
0.5706 0.9402
2.0814 0.2355
2.8518 0.4746
2.8218 0.5614
2.6325 -0.2611
2.7184 0.0894
1.773 -0.0079
1.8825 0.6953
2.188 0.3489
1.9406 -0.1125
2.6753 1.1608
2.1932 0.3315
2.3947 0.3195
2.4246 -0.1374
3.3618 -0.0198
2.6913 0.6664
2.0665 0.2825
1.8262 0.0373
2.9185 0.7009
2.202 0.1595
1.959 1.1056
1.9833 0.9167
1.4444 0.018
2.5643 0.3402
0.7881 0.2695
2.209 -0.4438
1.8353 0.0417
2.3847 0.9262
2.2217 0.4793
2.3825 0.2829
1.9243 1.2104
0.8528 0.3856
1.3372 0.7777
3.1188 0.348
1.7824 0.0113
EOD

$points3 << EOD
2.0719 -2.0363
0.9837 -2.3374
0.774 -1.8821
1.3829 -2.1086
0.288 -1.6412
0.54 -2.6814
0.8151 -1.8389
0.9298 -1.9099
0.6191 -2.4254
0.7067 -1.5418
1.3595 -1.8801
0.752 -2.1538
0.4165 -1.8607
1.4198 -1.2749
0.6628 -1.6961
0.5637 -1.9737
2.0092 -2.0779
0.924 -1.653
0.4059 -1.6771
1.0892 -1.955
1.1088 -1.456
1.692 -2.316
1.2114 -2.7715
0.7525 -2.6075
1.178 -1.9319
2.2252 -2.4484
0.8871 -2.54
0.7279 -1.9428
0.3871 -1.8793
0.6212 -1.6929
1.0748 -2.3045
0.9497 -1.4237
0.8079 -2.6151
0.7414 -1.5776
1.8517 -0.9668
0.4762 -1.9814
0.822 -2.5278
0.4634 -2.2278
1.0099 -2.4161
1.1054 -2.0476
EOD

$points4 << EOD
-0.4618 -2.182
-1.5505 -0.7451
-0.3884 -1.7702
-0.2652 -1.9314
-1.2556 -1.2362
-0.0854 -1.0823
-0.4089 -1.5392
0.2606 -1.271
-0.8599 -1.475
-0.7781 -1.8053
-0.748 -1.5266
-1.3905 -1.3701
-1.2803 -1.0867
-1.0094 -2.077
-0.1212 -1.4263
-1.0053 -1.5347
-1.5965 -2.2324
0.1412 -2.3616
0.1579 -1.2011
0.6885 -1.6498
-0.266 -2.1333
-0.041 -1.993
0.0789 -1.47
-1.0987 -1.7454
-0.7165 -2.1162
-0.1953 -1.9616
-0.1436 -1.6102
-1.2415 -1.9243
-0.0618 -1.7897
-0.0539 -2.2218
-1.0072 -1.7224
-0.3371 -1.4818
-0.3459 -1.935
-1.0592 -2.3815
-0.3279 -1.3827
-0.6679 -1.7739
-1.8019 -2.2799
-0.5572 -1.1323
-0.548 -2.101
-0.5014 -1.2953
EOD

$points5 << EOD
-2 0.8
2.2 0.4
1 -2
-0.6 -1.7
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1012,934 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 506,467 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.10897; set rmargin at screen 0.97853
    set tmargin at screen 0.92742; set bmargin at screen 0.11372
    unset logscale x
    set xrange [-3.58438:3.75498]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('−3' -3, '−2' -2, '−1' -1, '0' 0, '1' 1, '2' 2, '3' 3)
    unset logscale y
    set yrange [-3.6567190909090908:2.6818190909090904]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('−3' -3, '−2' -2, '−1' -1, '0' 0, '1' 1, '2' 2)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Text embeddings (PCA)}' at screen 0.54375, screen 0.95943 center font ',11' textcolor '#262626' front
    set label 'first component (23 %)' at screen 0.54375, screen 0.03926 center noenhanced font ',10' textcolor '#262626' front
    set label 'second component (11 %)' at screen 0.03584, screen 0.52057 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.80722, screen 0.91029 left top Left reverse vertical maxcols 1 samplen 0.6 opaque fillcolor '#26ffffff'
    set arrow from first 1.2, first -0.8 to first -1.9, first 0.9 head filled size screen 0.018,18 front linewidth 2.2 linecolor '#262626'
    set label '{/:Bold v}' at first -1.955707521638788, first 1.0706957212121209 left boxed font ',8.5' textcolor '#262626' front
    set arrow from first -2.169134828384242, first 0.9918853431515151 to first -2, first 0.7999999999999998 nohead back linewidth 0.6 linecolor '#8c8c8c'
    set label '{/:Bold safe}' at first -2.5590874798557577, first 1.0958596098181816 left boxed font ',8.5' textcolor '#262626' front
    set label '{/:Bold weapon}' at first 1.3976367002666676, first 0.40000000000000036 left boxed font ',8.5' textcolor '#262626' front
    set arrow from first 1.1505489556072725, first -1.8081146568484847 to first 0.9999999999999996, first -2 nohead back linewidth 0.6 linecolor '#8c8c8c'
    set label '{/:Bold horror}' at first 1.1505489556072725, first -1.7041403901818182 left boxed font ',8.5' textcolor '#262626' front
    set arrow from first -1.0739892130909086, first -1.7 to first -0.5999999999999996, first -1.7 nohead back linewidth 0.6 linecolor '#8c8c8c'
    set label '{/:Bold gambling}' at first -1.8869583328339394, first -1.7 left boxed font ',8.5' textcolor '#262626' front
    plot $points1 using 1:2 with points pointtype 7 pointsize 0.57 linewidth 1.2 linecolor '#4d0072b2' title 'safe', \
         $points2 using 1:2 with points pointtype 5 pointsize 0.515 linewidth 1.2 linecolor '#4dd55e00' title 'weapon', \
         $points3 using 1:2 with points pointtype 9 pointsize 0.681 linewidth 1.2 linecolor '#4d009e73' title 'horror', \
         $points4 using 1:2 with points pointtype 13 pointsize 0.699 linewidth 1.2 linecolor '#4dcc79a7' title 'gambling', \
         $points5 using 1:2 with points pointtype 2 pointsize 0.883 linewidth 1.2 linecolor '#4d262626' notitle
    unset label; unset arrow; unset object
    unset output
}
