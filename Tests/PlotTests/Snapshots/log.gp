# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$line1 << EOD
0 2.5001
250 2.1163
500 1.7914
750 1.5164
1000 1.2836
1250 1.0866
1500 0.9198
1750 0.7786
2000 0.6591
2250 0.5579
2500 0.4723
2750 0.3998
3000 0.3384
3250 0.2865
3500 0.2425
3750 0.2053
4000 0.1738
4250 0.1471
4500 0.1246
4750 0.1055
5000 0.0893
5250 0.0756
5500 0.064
5750 0.0542
6000 0.0459
6250 0.0389
6500 0.0329
6750 0.0279
7000 0.0236
7250 0.02
7500 0.0169
7750 0.0144
8000 0.0122
8250 0.0103
8500 0.0087
8750 0.0074
9000 0.0063
9250 0.0053
9500 0.0045
9750 0.0039
10000 0.0033
EOD

$line2 << EOD
0 0.003
250 0.0038
500 0.0047
750 0.0055
1000 0.0063
1250 0.0072
1500 0.008
1750 0.0088
2000 0.0097
2250 0.0105
2500 0.0113
2750 0.0122
3000 0.013
3250 0.0138
3500 0.0147
3750 0.0155
4000 0.0163
4250 0.0172
4500 0.018
4750 0.0188
5000 0.0197
5250 0.0205
5500 0.0213
5750 0.0222
6000 0.023
6250 0.0238
6500 0.0247
6750 0.0255
7000 0.0263
7250 0.0272
7500 0.028
7750 0.0288
8000 0.0297
8250 0.0305
8500 0.0313
8750 0.0322
9000 0.033
9250 0.0338
9500 0.0347
9750 0.0355
10000 0.0363
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1072,690 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 536,345 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.12056; set rmargin at screen 0.96011
    set tmargin at screen 0.96522; set bmargin at screen 0.15362
    unset logscale x
    set xrange [0:10000]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0' 0, '2000' 2000, '4000' 4000, '6000' 6000, '8000' 8000, '10000' 10000)
    set logscale y
    set yrange [0.002003877122820367:3.7428941698000253]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.01' 0.01, '0.1' 0.1, '1' 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009000000000000001 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.30000000000000004 1, '' 0.4 1, '' 0.5 1, '' 0.6000000000000001 1, '' 0.7000000000000001 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label 'update' at screen 0.54033, screen 0.05283 center noenhanced font ',10' textcolor '#262626' front
    set label 'value' at screen 0.03383, screen 0.55942 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.72551, screen 0.94203 left top Left reverse vertical maxcols 1 samplen 2 opaque fillcolor '#26ffffff'
    plot $line1 using 1:2 with lines linewidth 2 linecolor '#000072b2' title 'KL to the start', \
         $line2 using 1:2 with lines linewidth 2 dashtype (8,5) linecolor '#00d55e00' title 'clip fraction'
    unset label; unset arrow; unset object
    unset output
}
