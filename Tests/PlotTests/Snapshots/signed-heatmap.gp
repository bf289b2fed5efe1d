# Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with its name.
stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'
png_file = stem.'.png'
svg_file = stem.'.svg'

$matrix1 << EOD
0 0.3366 0.3637 0.0564 -0.3027 -0.3836 -0.1118 0.2628
0.3957 0.1648 NaN -0.4 -0.2146 0.1681 0.3962 0.2601
-0.1152 -0.3846 -0.3004 0.06 0.3652 0.3347 -0.0035 -0.3385
-0.3622 -0.0529 0.305 0.3826 0.1084 -0.2655 -0.3952 -0.1616
EOD

set encoding utf8
set key noenhanced spacing 1.2 textcolor '#262626' font ',9'
set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3
set bars small

png = "pngcairo size 1056,692 font 'Arial,10' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'"
svg = "svg size 528,346 font 'Arial,10' fontscale 1.333 background '#ffffff'"
do for [format in 'png svg'] {
    eval 'set terminal '.value(format)
    set output value(format.'_file')
    set lmargin at screen 0.23061; set rmargin at screen 0.87455
    set tmargin at screen 0.90204; set bmargin at screen 0.41071
    unset logscale x
    set xrange [-0.5:7.5]
    set xtics nomirror out scale 0 rotate by 35 right noenhanced font ',9' textcolor '#262626' ('a rather long prompt number 1' 0, 'a rather long prompt number 2' 1, 'a rather long prompt number 3' 2, 'a rather long prompt number 4' 3, 'a rather long prompt number 5' 4, 'a rather long prompt number 6' 5, 'a rather long prompt number 7' 6, 'a rather long prompt number 8' 7)
    unset logscale y
    set yrange [3.5:-0.5]
    set ytics nomirror out scale 0 norotate noenhanced font ',9' textcolor '#262626' ('safe_1' 0, 'safe_2' 1, 'unsafe_1' 2, 'unsafe_2' 3)
    set border 0 linecolor '#8c8c8c' linewidth 0.8
    unset grid
    set label '{/:Bold Change of the reward}' at screen 0.55258, screen 0.94524 center font ',11' textcolor '#262626' front
    set label 'prompt' at screen 0.55258, screen 0.05469 center noenhanced font ',10' textcolor '#262626' front
    set label 'anchor set' at screen 0.09202, screen 0.65638 center rotate by 90 noenhanced font ',10' textcolor '#262626' front
    set key off
    set palette defined (0 '#004d7a', 1 '#1f7ab5', 2 '#74b0d8', 3 '#c3dced', 4 '#f7f7f7', 5 '#f6d3bb', 6 '#eb9c6a', 7 '#cf5f14', 8 '#8a3a00')
    set cbrange [-0.4:0.4]
    set colorbox user origin screen 0.89728, screen 0.41071 size screen 0.02273, screen 0.49133 noborder
    set cbtics out nomirror scale 0.4 noenhanced font ',9' textcolor '#262626' ('−0.4' -0.4, '−0.2' -0.2, '0.0' 0, '0.2' 0.2, '0.4' 0.4)
    set label '0.00' at first 0, first 0 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.34' at first 1, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.36' at first 2, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.06' at first 3, first 0 center noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.30' at first 4, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.38' at first 5, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.11' at first 6, first 0 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.26' at first 7, first 0 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.40' at first 0, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.16' at first 1, first 1 center noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.40' at first 3, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.21' at first 4, first 1 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.17' at first 5, first 1 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.40' at first 6, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.26' at first 7, first 1 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.12' at first 0, first 2 center noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.38' at first 1, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.30' at first 2, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.06' at first 3, first 2 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.37' at first 4, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.33' at first 5, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.00' at first 6, first 2 center noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.34' at first 7, first 2 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.36' at first 0, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.05' at first 1, first 3 center noenhanced font ',8.5' textcolor '#262626' front
    set label '0.30' at first 2, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.38' at first 3, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '0.11' at first 4, first 3 center noenhanced font ',8.5' textcolor '#262626' front
    set label '−0.27' at first 5, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.40' at first 6, first 3 center noenhanced font ',8.5' textcolor '#ffffff' front
    set label '−0.16' at first 7, first 3 center noenhanced font ',8.5' textcolor '#262626' front
    set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor '#d9d9d9' fillstyle solid noborder
    plot $matrix1 matrix using 1:2:3 with image pixels notitle
    unset label; unset arrow; unset object
    unset output
}
