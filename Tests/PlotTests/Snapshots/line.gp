# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$line1 << EOD
0 0.62
0.1 0.599
0.2 0.578
0.3 0.557
0.4 0.536
0.5 0.515
0.6 0.494
0.7 0.473
0.8 0.452
0.9 0.431
1 0.41
1.1 0.389
1.2 0.368
1.3 0.347
1.4 0.326
1.5 0.305
1.6 0.284
1.7 0.263
1.8 0.242
1.9 0.221
2 0.2
EOD

$line2 << EOD
0 0.48
0.1 0.483
0.2 0.486
0.3 0.489
0.4 0.492
0.5 0.495
0.6 0.498
0.7 0.501
0.8 0.504
0.9 0.507
1 0.51
1.1 0.513
1.2 0.516
1.3 0.519
1.4 0.522
1.5 0.525
1.6 0.528
1.7 0.531
1.8 0.534
1.9 0.537
2 0.54
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
    set xrange [-0.05:2.05]
    set xtics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
    unset logscale y
    set yrange [0.1748:0.6452]
    set ytics nomirror out scale 0.5,0.3 norotate noenhanced font ',9' textcolor '#262626' ('0.2' 0.2, '0.3' 0.30000000000000004, '0.4' 0.4, '0.5' 0.5, '0.6' 0.6000000000000001)
    set border 3 linecolor '#8c8c8c' linewidth 0.8
    set grid xtics ytics back linetype 1 linecolor '#e6e6e6' linewidth 0.8
    set label '{/:Bold Steered reward against the strength of steering}' at screen 0.54623, screen 0.94837 center font ',11' textcolor '#262626' front
    set label 'α' at screen 0.54623, screen 0.04995 center noenhanced font ',10' textcolor '#262626' front
    set label 'reward r(x, p)' at screen 0.03501, screen 0.52618 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key on at screen 0.68428, screen 0.88585 left top Left reverse vertical maxcols 1 samplen 2 opaque fillcolor '#26ffffff'
    set arrow from first 0.5, graph 0 to first 0.5, graph 1 nohead back linewidth 1.2 dashtype (9,6) linecolor '#5c5c5c'
    set label 'α of the paper' at first 0.5, graph 0.96 left offset 0.6,0 noenhanced font ',8.5' textcolor '#5c5c5c' front
    set arrow from graph 0, first 0.5 to graph 1, first 0.5 nohead back linewidth 1.2 dashtype (9,6) linecolor '#5c5c5c'
    plot $line1 using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 2 linecolor '#000072b2' title 'a dagger on a table', \
         $line2 using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 2 linecolor '#00d55e00' title 'a red apple'
    unset label; unset arrow; unset object
    unset output
}
