import XCTest

final class PlotTests: XCTestCase {}
