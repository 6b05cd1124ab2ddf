"""What coupons brought: treated against held out, cost against GMV, before against after."""
