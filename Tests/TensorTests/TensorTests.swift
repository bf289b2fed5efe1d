import XCTest

final class TensorTests: XCTestCase {}
