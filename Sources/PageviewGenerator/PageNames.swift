/// The pages of an invented shop. A few have a comma, a quote or letters beyond ASCII, as real ones do.
enum PageNames {
  static func draw(from random: inout SplitMix64) -> String {
    switch random.below(100) {
    case 0..<18: return "/"
    case 18..<26: return "/home"
    case 26..<58: return "/product/\(1 + random.below(200))"
    case 58..<76: return "/category/\(categories[Int(random.below(Int64(categories.count)))])"
    case 76..<84: return "/search?q=\(searches[Int(random.below(Int64(searches.count)))])"
    case 84..<91: return "/cart"
    case 91..<95: return "/checkout"
    case 95..<98: return "/contact"
    default: return "/blog/\(2020 + random.below(6))/\(1 + random.below(30))"
    }
  }

  private static let categories = ["shoes", "hats", "books", "garden", "kitchen", "café", "children's"]
  private static let searches = ["red+shoes", "hat", "size 8, wide", "\"oak table\"", "grün", "lamp", "gift"]
}
